import { queryOptions } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';

export type Colleague = Schema<'Colleague'>;

/** Everybody's name, page by page: there are some hundreds at most. */
export const colleaguesQuery = queryOptions({
  queryKey: ['colleagues'],
  staleTime: 5 * 60_000,
  queryFn: async ({ signal }) => {
    const all: Colleague[] = [];
    let cursor: string | undefined;
    do {
      const page = await unwrap(api.GET('/api/colleagues', { params: { query: { limit: 200, cursor } }, signal }));
      all.push(...page.items);
      cursor = page.next_cursor ?? undefined;
    } while (cursor);
    return all;
  },
});
