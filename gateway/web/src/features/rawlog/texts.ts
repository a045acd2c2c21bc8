import type { Schema } from '@/api/client';
import { plural } from '@/shared/plural';

export const STATE: Record<Schema<'RawState'>, { word: string; color: string }> = {
  applied: { word: 'применено', color: 'green' },
  ignored: { word: 'без пользы', color: 'gray' },
  quarantined: { word: 'карантин', color: 'red' },
};

export const SOURCE: Record<string, string> = { webhook: 'вебхук', poll: 'опрос', history: 'история' };

/** What a replay did, in one sentence. */
export function replayedWords(done: Schema<'Replayed'>): string {
  const parts = [`Прочитано заново: ${plural(done.replayed, 'событие', 'события', 'событий')}`];
  if (done.healed > 0) parts.push(`вылечено ${done.healed}`);
  parts.push(done.quarantined > 0 ? `в карантине осталось ${done.quarantined}` : 'в карантине ничего не осталось');
  if (done.skipped > 0) parts.push(`пропущено ${done.skipped}`);
  return `${parts.join(', ')}.`;
}
