import { useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import type { Schema } from '@/api/client';
import { conversationQuery, useMarkRead, type Conversation } from './api';

type Entry = Pick<Schema<'TimelineEntry'>, 'conversation_id' | 'direction' | 'occurred_at'>;

/**
 * Marks each conversation read up to the newest of the person's rows that were seen, each moment once. A mark that was made
 * by hand stays until its dialog is opened anew: `opened` is the dialog, as it was then.
 */
export function useRead(opened?: Conversation): (entries: Entry[]) => void {
  const cache = useQueryClient();
  const { mutateAsync: markRead } = useMarkRead();
  const told = useRef(new Map<string, number>());
  const marked = useRef(opened?.marked_unread ? opened.id : undefined);
  const read = async (id: string, until: string) => {
    const at = Date.parse(until);
    const takesOff = marked.current === id;
    if (!takesOff && at <= (told.current.get(id) ?? 0)) return;
    told.current.set(id, at);
    if (takesOff) marked.current = undefined;
    try {
      const known = await cache.fetchQuery(conversationQuery(id));
      const isNews = !known.marked_unread && at > Date.parse(known.read_until);
      if (isNews || takesOff) await markRead({ id, until });
    } catch {
      // Told again with the next look.
      told.current.delete(id);
      if (takesOff) marked.current = id;
    }
  };
  return (entries) => {
    const news = newestOf(entries);
    // It is open and looked at, whatever of it is on the screen.
    if (opened && marked.current && !news.has(opened.id)) news.set(opened.id, opened.read_until);
    for (const [id, until] of news) void read(id, until);
  };
}

/** When each person said the last of these, by conversation. */
function newestOf(entries: Entry[]): Map<string, string> {
  const said = entries.filter((entry) => entry.direction === 'inbound' && entry.conversation_id);
  return new Map(said.map((entry) => [entry.conversation_id!, entry.occurred_at]));
}
