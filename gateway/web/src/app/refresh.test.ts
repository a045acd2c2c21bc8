import { QueryClient } from '@tanstack/react-query';
import { expect, test } from 'vitest';
import { refresher } from './refresh';

test('a timeline that is not open shows what it has and asks anew when it is opened', () => {
  const cache = new QueryClient();
  const key = (id: string) => ['timeline', 'client', id, {}, null];
  for (const id of ['romashka', 'lutik']) cache.setQueryData(key(id), { pages: [], pageParams: [] });
  const refresh = refresher(cache);
  refresh.changed({ event: 'interaction', interaction_id: 'row', kind: 'message', contact_id: 'anna', client_ids: ['romashka'], own: false, mine: false });
  refresh.stop();
  expect(cache.getQueryState(key('romashka'))?.isInvalidated).toBe(true);
  expect(cache.getQueryState(key('lutik'))?.isInvalidated).toBe(false);
});

test('tasks are asked for anew when a client changes or was opened', () => {
  const cache = new QueryClient();
  const messages = [
    { event: 'client', client_id: 'romashka', root_id: 'romashka' },
    { event: 'access_gained', client_id: 'romashka' },
  ] as const;
  for (const message of messages) {
    cache.setQueryData(['tasks', 'list'], {});
    const refresh = refresher(cache);
    refresh.changed(message);
    refresh.stop();
    expect(cache.getQueryState(['tasks', 'list'])?.isInvalidated).toBe(true);
    cache.removeQueries();
  }
});

test('counters of a card are asked for anew by its rows and people, and those of cards that nobody looked at are not', () => {
  const cache = new QueryClient();
  const counters = (id: string) => ['clients', id, 'counters'];
  const row = { event: 'interaction', interaction_id: 'row', kind: 'call', contact_id: 'anna', client_ids: ['romashka', 'unseen'], own: false, mine: false } as const;
  const person = { event: 'contact', contact_id: 'anna', root_id: 'anna', client_ids: ['romashka'] } as const;
  for (const message of [row, person]) {
    cache.setQueryData(counters('romashka'), {});
    const refresh = refresher(cache);
    refresh.changed({ ...message, client_ids: [...message.client_ids] } as never);
    refresh.stop();
    expect(cache.getQueryState(counters('romashka'))?.isInvalidated).toBe(true);
    cache.removeQueries();
  }
  expect(cache.getQueryState(counters('unseen'))).toBeUndefined();
});

test('a row that was pinned to another company leaves the timeline of this one', () => {
  const cache = new QueryClient();
  const timeline = ['timeline', 'client', 'romashka', 'all'];
  cache.setQueryData(timeline, {});
  const refresh = refresher(cache);
  refresh.changed({ event: 'contact', contact_id: 'anna', root_id: 'anna', client_ids: ['romashka'] } as never);
  refresh.stop();
  expect(cache.getQueryState(timeline)?.isInvalidated).toBe(true);
});
