import { channels, type Channel } from '@/channels';
import { text, word, words, type RawSearch } from '@/shared/search';

export const TABS = ['mine', 'unassigned', 'all'] as const;
export type Tab = (typeof TABS)[number];

/** What of the list of conversations stands in the address. */
export interface ConversationsSearch {
  tab?: Tab;
  channels?: string;
  account?: string;
}

export function ConversationsSearch(search: RawSearch): ConversationsSearch {
  return {
    tab: word(search.tab, TABS),
    channels: words(search.channels, Object.keys(channels) as Channel[])?.join(','),
    account: text(search.account),
  };
}
