import type { Account } from './accounts';
import { lasted } from './format';

export interface ChannelLight {
  color: 'good' | 'late' | 'bad' | 'off';
  /** Beside the colour, which is never the only sign. */
  word: string;
  /** What is the matter, in a sentence. */
  cause: string;
}

/** What is known of an account, as one light. */
export function lightOf(account: Account, now: number): ChannelLight {
  if (!account.enabled) return { color: 'off', word: 'выключен', cause: 'Канал выключен: ничего не принимает.' };
  if (account.error) return { color: 'bad', word: 'не работает', cause: account.error };
  const refused = Object.values(account.refused).reduce((sum, count) => sum + count, 0);
  if (refused > 0) {
    const cause = `Сегодня отклонено запросов: ${refused}. Проверьте секреты канала и адрес у провайдера.`;
    return { color: 'late', word: `отклонено: ${refused}`, cause };
  }
  if (!account.last_received_at) {
    return { color: 'late', word: 'ждёт первого', cause: 'Событий ещё не было: проверьте адрес вебхука у провайдера.' };
  }
  const isFresh = now - Date.parse(account.last_received_at) < 60_000;
  const when = isFresh ? 'только что' : `${lasted(account.last_received_at, now)} назад`;
  return { color: 'good', word: 'работает', cause: `Последнее событие ${when}.` };
}
