import { text, word, type RawSearch } from '@/shared/search';

export const STATES = ['applied', 'ignored', 'quarantined'] as const;

export interface RawLogSearch {
  state?: (typeof STATES)[number];
  account?: string;
  open?: string;
}

export function RawLogSearch(search: RawSearch): RawLogSearch {
  return { state: word(search.state, STATES), account: text(search.account), open: text(search.open) };
}
