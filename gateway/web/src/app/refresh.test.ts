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
