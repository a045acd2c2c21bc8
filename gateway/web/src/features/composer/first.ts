import type { Schema } from '@/api/client';
import type { Conversation } from './api';

type Way = Schema<'WayView'>;
type Channel = Schema<'EntryAccount'>['channel'];

/** Of a conversation that has not begun. */
export const NEVER = new Date(0).toISOString();

/** Conversations with a person that a first message would begin: by the ways that lead to him and are not among these. */
export function firstPlaces(ways: Way[], begun: Conversation[], contact: { id: string; name: string }): Conversation[] {
  const known = new Set(begun.map((place) => place.id));
  const open = ways.filter((way) => way.conversation_id !== null && !known.has(way.conversation_id));
  // What takes words at once stands before what takes templates alone.
  open.sort((one, other) => Number(other.usable) - Number(one.usable));
  return open.map((way) => ({
    id: way.conversation_id!,
    account: { id: way.account_id, name: way.account, channel: way.channel as Channel },
    contact,
    clients: [],
    bridged: false,
    last_at: NEVER,
    read_until: NEVER,
    marked_unread: false,
    unread: 0,
  }));
}
