import type { Schema } from '@/api/client';
import { dateTime } from '@/shared/format';
import type { Letter } from './api';

type State = Schema<'MailState'>;

export const STATES: readonly State[] = ['queued', 'sending', 'sent', 'failed'];

/** Of many letters, to filter by. */
export const STATE_NAMES: Record<State, string> = {
  queued: 'Ждут отправки',
  sending: 'Отправляются',
  sent: 'Отправленные',
  failed: 'Не отправленные',
};

/** Of one letter. */
export function stateWords(letter: Letter): string {
  switch (letter.state) {
    case 'queued':
      return letter.tries === 0 ? 'Ждёт отправки' : `Ждёт, следующая попытка ${dateTime(letter.due_at)}`;
    case 'sending':
      return 'Отправляется';
    case 'sent':
      return letter.finished_at ? `Отправлено ${dateTime(letter.finished_at)}` : 'Отправлено';
    case 'failed':
      return 'Не отправлено';
  }
}

export const OUTCOMES: Record<Schema<'MailOutcome'>, string> = {
  sent: 'отправлено',
  temporary: 'не отправлено, будет повтор',
  rejected: 'сервер не принял письмо',
  stopped: 'сервер не пускает Узел',
  unknown: 'неизвестно, дошло ли; будет повтор под тем же номером',
};

/** What was said at the last failure; it stands until the letter is sent. */
export function causeWords(cause: Pick<Letter, 'code' | 'reason'>): string | null {
  if (!cause.reason) return cause.code;
  return cause.code && !cause.reason.includes(cause.code) ? `${cause.reason} (${cause.code})` : cause.reason;
}
