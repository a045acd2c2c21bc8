import type { Schema } from '@/api/client';
import type { RawSearch } from '@/shared/search';
import { STATES } from './words';

export interface MailsSearch {
  state?: Schema<'MailState'>;
}

export function MailsSearch(search: RawSearch): MailsSearch {
  return { state: STATES.find((state) => state === search.state) };
}
