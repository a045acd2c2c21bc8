import { expect, test } from 'vitest';
import type { Schema } from '@/api/client';
import { lineOfEntry, rowsOf } from './rows';

type Entry = Schema<'TimelineEntry'>;

function said(id: string, at: string, more: Partial<Entry> = {}): Entry {
  return {
    id,
    kind: 'message',
    direction: 'inbound',
    origin: 'live',
    occurred_at: at,
    received_at: at,
    contact: { id: 'anna', name: 'Анна' },
    account: { id: 'wa', name: 'WhatsApp', channel: 'whatsapp' },
    items: [],
    parts: [],
    versions: [],
    reactions: [],
    late: false,
    undecided: false,
    ...more,
  } as Entry;
}

const missed = (id: string, at: string) => said(id, at, { kind: 'call', call: { outcome: 'missed', segments: [] } as never });
const words = (rows: ReturnType<typeof rowsOf>) =>
  rows.map((row) =>
    row.type === 'entry' ? `${row.entry.id}${row.joined ? '+' : ''}` : row.type === 'missed' ? `missed×${row.entries.length}` : row.type,
  );

test('days stand apart, and rows of one author and minute together', () => {
  const rows = rowsOf(
    [
      said('a', '2026-11-21T10:00:05'),
      said('b', '2026-11-21T10:00:40'),
      said('c', '2026-11-21T10:01:10'),
      said('d', '2026-11-22T10:01:20'),
    ],
    true,
  );
  expect(words(rows)).toEqual(['start', 'day', 'a', 'b+', 'c', 'day', 'd']);
});

test('a failed row always stands alone', () => {
  const ours = { direction: 'outbound' as const, state: 'sent' as const };
  const rows = rowsOf(
    [
      said('a', '2026-11-21T10:00:05', ours),
      said('b', '2026-11-21T10:00:10', { ...ours, state: 'failed' }),
      said('c', '2026-11-21T10:00:20', ours),
    ],
    false,
  );
  expect(words(rows)).toEqual(['day', 'a', 'b', 'c']);
});

test('missed calls in a run are one row', () => {
  const rows = rowsOf(
    [missed('a', '2026-11-21T10:00:00'), missed('b', '2026-11-21T10:05:00'), said('c', '2026-11-21T10:06:00'), missed('d', '2026-11-21T10:07:00')],
    false,
  );
  expect(words(rows)).toEqual(['day', 'missed×2', 'c', 'missed×1']);
  expect(lineOfEntry(rows, 'b')).toBe(1);
});

test('unread rows of the person begin behind a line of their own', () => {
  const unread = { behind: '2026-11-21T10:00:30', conversation: 'v' };
  const mine = { conversation_id: 'v' };
  const rows = rowsOf(
    [
      said('a', '2026-11-21T10:00:00', mine),
      said('other', '2026-11-21T10:00:40'),
      said('ours', '2026-11-21T10:00:45', { ...mine, direction: 'outbound' }),
      said('b', '2026-11-21T10:00:50', mine),
    ],
    false,
    unread,
  );
  expect(words(rows)).toEqual(['day', 'a', 'other+', 'ours', 'unread', 'b']);
});
