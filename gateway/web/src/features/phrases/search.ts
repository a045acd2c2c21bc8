import type { Schema } from '@/api/client';
import { text, word, type RawSearch } from '@/shared/search';

export type Kind = Schema<'PhraseKind'>;

export interface PhrasesSearch {
  kind?: Kind;
  text?: string;
}

export function PhrasesSearch(search: RawSearch): PhrasesSearch {
  return { kind: word(search.kind, ['sms']), text: text(search.text) };
}
