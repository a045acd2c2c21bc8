import { word, type RawSearch } from '@/shared/search';

export const KINDS = ['debts', 'missed', 'answered', 'not_answered'] as const;

/** What of the list of calls stands in the address. */
export interface CallsSearch {
  outcome?: (typeof KINDS)[number];
  direction?: 'inbound' | 'outbound';
}

export function CallsSearch(search: RawSearch): CallsSearch {
  return { outcome: word(search.outcome, KINDS), direction: word(search.direction, ['inbound', 'outbound']) };
}
