import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Conversation } from './api';
import { useRead } from './useRead';

/** A hub that keeps how far its viewer has read, as the real one does. */
let hub: Record<string, Pick<Conversation, 'id' | 'read_until' | 'marked_unread'>>;
let reads: [string, string][];
let isBroken: boolean;
let cache: QueryClient;

const at = (minute: number) => `2026-11-23T10:${String(minute).padStart(2, '0')}:00Z`;
const row = (conversation: string, minute: number, direction: 'inbound' | 'outbound' = 'inbound') =>
  ({ conversation_id: conversation, direction, occurred_at: at(minute) }) as const;

function show(opened?: string) {
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={cache}>{children}</QueryClientProvider>;
  return renderHook(() => useRead(opened ? (hub[opened] as Conversation) : undefined), { wrapper }).result.current;
}

/** Everything that a look has begun is done. */
async function settled() {
  await new Promise((resolve) => setTimeout(resolve));
  await waitFor(() => expect(cache.isFetching() + cache.isMutating()).toBe(0));
}

beforeEach(() => {
  hub = Object.fromEntries(['wa', 'sms'].map((id) => [id, { id, read_until: at(0), marked_unread: false }]));
  reads = [];
  isBroken = false;
  cache = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 30_000 } } });
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const request = input as Request;
    const id = new URL(request.url).pathname.split('/')[3]!;
    if (request.method === 'GET') return Response.json(hub[id]);
    if (isBroken) return new Response('', { status: 502 });
    const { until } = (await request.json()) as { until: string };
    reads.push([id, until]);
    const known = hub[id]!;
    hub[id] = { id, read_until: until > known.read_until ? until : known.read_until, marked_unread: false };
    return new Response(null, { status: 204 });
  });
});
afterEach(cleanup);

test('each conversation is read up to the newest of its rows that was seen, whatever else is on the screen', async () => {
  const seen = show('wa');
  seen([row('wa', 1), row('wa', 2), row('sms', 3), row('wa', 4, 'outbound')]);
  await settled();
  expect(reads.toSorted()).toEqual([['sms', at(3)], ['wa', at(2)]]);
});

test('the same rows are told once, and what was read before never', async () => {
  hub.wa!.read_until = at(5);
  const seen = show();
  for (const minute of [3, 5, 6, 6, 4]) {
    seen([row('wa', minute)]);
    await settled();
  }
  expect(reads).toEqual([['wa', at(6)]]);
});

test('what the hub did not hear is told again', async () => {
  const seen = show();
  isBroken = true;
  seen([row('wa', 1)]);
  await settled();
  isBroken = false;
  // The next look is later than what counts as one press.
  await new Promise((resolve) => setTimeout(resolve, 600));
  seen([row('wa', 1)]);
  await settled();
  expect(reads).toEqual([['wa', at(1)]]);
});

test('opening a dialog takes off the mark made by hand, though none of its rows is on the screen', async () => {
  hub.wa!.marked_unread = true;
  const seen = show('wa');
  seen([row('sms', 3, 'outbound')]);
  await settled();
  expect(reads).toEqual([['wa', at(0)]]);
  expect(hub.wa!.marked_unread).toBe(false);
});

test('a mark made while the dialog is open stays, also in the card, until the dialog is opened anew', async () => {
  const seen = show('wa');
  hub.wa!.marked_unread = true;
  for (const look of [seen, show()]) {
    look([row('wa', 1)]);
    await settled();
    look([row('wa', 2)]);
    await settled();
  }
  expect([reads, hub.wa!.marked_unread]).toEqual([[], true]);
  show('wa')([row('wa', 2)]);
  await settled();
  expect(reads).toEqual([['wa', at(2)]]);
});
