import type { Schema } from '@/api/client';
import { dayNumber } from '@/shared/format';

type Entry = Schema<'TimelineEntry'>;

/** A line of the drawn timeline. */
export type Row =
  | { type: 'start'; key: string }
  | { type: 'day'; key: string; at: string }
  | { type: 'unread'; key: string }
  | { type: 'entry'; key: string; entry: Entry; joined: boolean }
  | { type: 'missed'; key: string; entries: Entry[] }
  | { type: 'system'; key: string; entries: Entry[] };

/** Where unread rows begin, and whose rows of the person count. */
export interface Unread {
  behind: string;
  conversation?: string;
}

/**
 * Lines for entries, the oldest first: days apart, rows of one author and minute together, a failed one always alone,
 * missed calls and system rows in a run folded.
 */
export function rowsOf(entries: readonly Entry[], isWhole: boolean, unread?: Unread): Row[] {
  const rows: Row[] = isWhole ? [{ type: 'start', key: 'start' }] : [];
  let before: Entry | undefined;
  let unreadIsTold = !unread;
  for (const entry of entries) {
    const newDay = !before || dayNumber(before.occurred_at) !== dayNumber(entry.occurred_at);
    if (newDay) rows.push({ type: 'day', key: `day-${dayNumber(entry.occurred_at)}`, at: entry.occurred_at });
    const first = !unreadIsTold && isUnread(entry, unread!);
    if (first) {
      rows.push({ type: 'unread', key: 'unread' });
      unreadIsTold = true;
    }
    const apart = newDay || first;
    if (!folded(rows, entry, apart)) {
      const joined = !apart && !!before && isOneGroup(before, entry);
      rows.push(lineOf(entry, joined));
    }
    before = entry;
  }
  return rows;
}

function lineOf(entry: Entry, joined: boolean): Row {
  if (entry.kind === 'system') return { type: 'system', key: entry.id, entries: [entry] };
  if (isMissed(entry)) return { type: 'missed', key: entry.id, entries: [entry] };
  return { type: 'entry', key: entry.id, entry, joined };
}

/** Takes an entry into the run that ends the rows. */
function folded(rows: Row[], entry: Entry, apart: boolean): boolean {
  const last = rows.at(-1);
  if (apart || !last) return false;
  if (last.type === 'system' && entry.kind === 'system') {
    last.entries.push(entry);
    return true;
  }
  if (last.type === 'missed' && isMissed(entry) && last.entries[0]!.contact?.id === entry.contact?.id) {
    last.entries.push(entry);
    return true;
  }
  return false;
}

function isMissed(entry: Entry): boolean {
  return entry.call?.outcome === 'missed';
}

function isUnread(entry: Entry, unread: Unread): boolean {
  if (entry.direction !== 'inbound' || Date.parse(entry.occurred_at) <= Date.parse(unread.behind)) return false;
  return !unread.conversation || entry.conversation_id === unread.conversation;
}

function isOneGroup(before: Entry, entry: Entry): boolean {
  return (
    before.kind === 'message' &&
    entry.kind === 'message' &&
    before.state !== 'failed' &&
    entry.state !== 'failed' &&
    before.direction === entry.direction &&
    before.origin === entry.origin &&
    before.contact?.id === entry.contact?.id &&
    before.author?.name === entry.author?.name &&
    before.account?.id === entry.account?.id &&
    Math.floor(Date.parse(before.occurred_at) / 60_000) === Math.floor(Date.parse(entry.occurred_at) / 60_000)
  );
}

/** The entries that lines stand for, the oldest first. */
export function entriesOf(rows: readonly Row[]): Entry[] {
  return rows.flatMap((row) => {
    if (row.type === 'entry') return [row.entry];
    return row.type === 'missed' || row.type === 'system' ? row.entries : [];
  });
}

/** The line in which an entry is drawn. */
export function lineOfEntry(rows: readonly Row[], id: string): number {
  return rows.findIndex((row) => {
    if (row.type === 'entry') return row.entry.id === id || row.entry.items.some((item) => item.id === id);
    return (row.type === 'missed' || row.type === 'system') && row.entries.some((entry) => entry.id === id);
  });
}
