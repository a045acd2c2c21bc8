import { channels, type Channel } from '@/channels';
import { text, word, words, type RawSearch } from '@/shared/search';

export const TABS = ['mine', 'unassigned', 'all'] as const;
export type Tab = (typeof TABS)[number];

export const STANDINGS = ['open', 'deferred', 'closed'] as const;
export type Standing = (typeof STANDINGS)[number];

/** What of the list of conversations stands in the address. */
export interface ConversationsSearch {
  tab?: Tab;
  /** Open ones, when nothing is said. */
  standing?: Standing;
  channels?: string;
  account?: string;
}

export function ConversationsSearch(search: RawSearch): ConversationsSearch {
  return {
    tab: word(search.tab, TABS),
    standing: word(search.standing, STANDINGS),
    channels: words(search.channels, Object.keys(channels) as Channel[])?.join(','),
    account: text(search.account),
  };
}
