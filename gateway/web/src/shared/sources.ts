import { queryOptions } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';

export type Source = Schema<'Source'>;

/** What fields of texts and templates can be filled with by themselves. */
export const sourcesQuery = queryOptions({
  queryKey: ['phrases', 'sources'],
  staleTime: Infinity,
  queryFn: async () => (await unwrap(api.GET('/api/phrases/sources'))).items,
});
