import { keepPreviousData, queryOptions, useQueryClient } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';
import { useDeed } from '@/shared/deed';

export type Rate = Schema<'Rate'>;
export type RatesNow = Schema<'RatesNow'>;
export type Doubt = Schema<'RateDoubt'>;
export type ManualRate = Schema<'ManualRate'>;

/** What is in force today. The day turns, and the bank answers or does not, while the screen stands. */
export const ratesQuery = queryOptions({
  queryKey: ['rates', 'now'],
  queryFn: () => unwrap(api.GET('/api/rates')),
  refetchInterval: 30_000,
});

export const historyQuery = (currency: string, from: string, until?: string) =>
  queryOptions({
    queryKey: ['rates', 'history', currency, from, until],
    queryFn: ({ signal }) => unwrap(api.GET('/api/rates/history', { params: { query: { currency, from, until } }, signal })),
    placeholderData: keepPreviousData,
  });

export const doubtsQuery = queryOptions({
  queryKey: ['rates', 'doubts'],
  queryFn: async () => (await unwrap(api.GET('/api/rates/doubts'))).items,
});

export const inForceQuery = (currency: string, day: string) =>
  queryOptions({
    queryKey: ['rates', 'in-force', currency, day],
    queryFn: () => unwrap(api.GET('/api/rates/in-force', { params: { query: { currency, day } } })),
  });

export interface Sum {
  amount: string;
  from: string;
  to: string;
  day: string;
}

export const convertQuery = (sum: Sum) =>
  queryOptions({
    queryKey: ['rates', 'convert', sum],
    queryFn: ({ signal }) => unwrap(api.GET('/api/rates/convert', { params: { query: sum }, signal })),
    placeholderData: keepPreviousData,
  });

/** A rate may change all that is computed by it. */
function useChange<Given, Made>(change: (given: Given) => Promise<Made>) {
  const cache = useQueryClient();
  return useDeed({ mutationFn: change, onSuccess: () => cache.invalidateQueries({ queryKey: ['rates'] }) });
}

export const useEnterRate = () => useChange((body: ManualRate) => unwrap(api.PUT('/api/rates/manual', { body })));

export const useWithdrawRate = () =>
  useChange(({ currency, effective_on }: Pick<Rate, 'currency' | 'effective_on'>) =>
    unwrap(api.DELETE('/api/rates/manual/{currency}/{effective_on}', { params: { path: { currency, effective_on } } })),
  );

export const useResolveDoubt = () =>
  useChange((id: string) => unwrap(api.POST('/api/rates/doubts/{id}/resolve', { params: { path: { id } } })));
