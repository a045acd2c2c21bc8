import { queryOptions } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';

export type Account = Schema<'AccountView'>;

/** All our accounts. Few of them, so they come at once; for those who manage them. */
export const accountsQuery = queryOptions({
  queryKey: ['accounts', 'list'],
  queryFn: async () => (await unwrap(api.GET('/api/accounts'))).items,
  refetchInterval: 60_000,
});
