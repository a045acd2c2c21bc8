import type { Schema } from '@/api/client';
import { callTitle } from './call';
import { mediaWord } from './preview';

/** One of the last events in a few words: «пропущенный звонок», «исходящий, 2 мин», or what was said. */
export function recentWords(entry: Schema<'TimelineEntry'>): string {
  if (entry.kind === 'call') return uncapitalized(callTitle(entry));
  if (entry.text) return entry.text;
  const { content } = entry;
  return content?.type === 'media' ? uncapitalized(mediaWord(content.media.kind)) : 'сообщение';
}

const uncapitalized = (words: string) => words.charAt(0).toLowerCase() + words.slice(1);
