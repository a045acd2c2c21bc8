import { infiniteQueryOptions, queryOptions, useQueryClient } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';
import { useDeed } from '@/shared/deed';
import type { RawLogSearch } from './search';

export type RawSummary = Schema<'RawSummary'>;
export type Replayed = Schema<'Replayed'>;

export const rawEventsQuery = (search: RawLogSearch) =>
  infiniteQueryOptions({
    queryKey: ['raw-events', 'list', search.account ?? null, search.state ?? null],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET('/api/raw-events', {
          params: { query: { cursor: pageParam, account_id: search.account, state: search.state } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export const balanceQuery = queryOptions({
  queryKey: ['raw-events', 'balance'],
  queryFn: () => unwrap(api.GET('/api/raw-events/balance')),
  refetchInterval: 10_000,
});

export const rawEventQuery = (id: string) =>
  queryOptions({
    queryKey: ['raw-events', 'one', id],
    // Each look is audited, so it is not repeated by itself.
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    queryFn: () => unwrap(api.GET('/api/raw-events/{id}', { params: { path: { id } } })),
  });

export function useReplayOne() {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: (id: string) => unwrap(api.POST('/api/raw-events/{id}/replay', { params: { path: { id } } })),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['raw-events'] }),
  });
}

/** Reads many again, answer by answer, until all are read. */
export function useReplayMany() {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: async (search: RawLogSearch): Promise<Replayed> => {
      const sum: Replayed = { replayed: 0, healed: 0, quarantined: 0, skipped: 0 };
      let cursor: string | null = null;
      do {
        const body: Schema<'ReplayForm'> = { account_id: search.account, state: search.state, cursor };
        const part = await unwrap(api.POST('/api/raw-events/replay', { body }));
        sum.replayed += part.replayed;
        sum.healed += part.healed;
        sum.quarantined += part.quarantined;
        sum.skipped += part.skipped;
        cursor = part.next_cursor;
      } while (cursor);
      return sum;
    },
    onSettled: () => cache.invalidateQueries({ queryKey: ['raw-events'] }),
  });
}
