import { infiniteQueryOptions, queryOptions, useQueryClient } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';
import { clientQuery } from '@/shared/clients';
import { useDeed } from '@/shared/deed';
import type { ClientsSearch } from './search';

export type ClientRow = Schema<'ClientRow'>;

/** A page of the list, sorted and filtered by the hub. */
export const clientsQuery = (search: ClientsSearch) =>
  infiniteQueryOptions({
    queryKey: ['clients', 'list', search],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET('/api/clients', {
          params: {
            query: {
              cursor: pageParam,
              sort: search.sort,
              status: search.status,
              responsible: search.responsible,
              city: search.city,
              contract_mark: search.contract,
              automatic: search.automatic && search.automatic === 'yes',
              has_inn: search.inn && search.inn === 'yes',
            },
          },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

/** How much of each kind belongs to a client. Under the client, so that news of it refresh them. */
export const countersQuery = (client: string) =>
  queryOptions({
    queryKey: ['clients', client, 'counters'],
    queryFn: () => unwrap(api.GET('/api/clients/{id}/counters', { params: { path: { id: client } } })),
  });

/** The open conversations of a client's people, the liveliest first. */
export const openTalksQuery = (client: string) =>
  queryOptions({
    queryKey: ['conversations', 'open-of', client],
    queryFn: () => unwrap(api.GET('/api/conversations', { params: { query: { client_id: client, standing: 'open', limit: 20 } } })),
  });

/** Everything in which a client shows. */
export function useChanged(id: string) {
  const cache = useQueryClient();
  return () =>
    Promise.all([
      cache.invalidateQueries({ queryKey: clientQuery(id).queryKey }),
      cache.invalidateQueries({ queryKey: ['clients', 'list'] }),
      cache.invalidateQueries({ queryKey: ['conversations'] }),
    ]);
}

export function useCreateClient() {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: (body: Schema<'NewClient'>) => unwrap(api.POST('/api/clients', { body })),
    onSuccess: (card) => {
      cache.setQueryData(clientQuery(card.id).queryKey, card);
      return cache.invalidateQueries({ queryKey: ['clients', 'list'] });
    },
  });
}

export function useEditClient(id: string) {
  const changed = useChanged(id);
  return useDeed({
    mutationFn: (body: Schema<'ClientEdit'>) =>
      unwrap(api.PATCH('/api/clients/{id}', { params: { path: { id } }, body })),
    onSuccess: changed,
  });
}

export function useTake(id: string) {
  const changed = useChanged(id);
  return useDeed({
    mutationFn: () => unwrap(api.POST('/api/clients/{id}/take', { params: { path: { id } } })),
    onSuccess: changed,
  });
}

export function useTransfer(id: string) {
  const changed = useChanged(id);
  return useDeed({
    mutationFn: (body: Schema<'Transfer'>) =>
      unwrap(api.POST('/api/clients/{id}/transfer', { params: { path: { id } }, body })),
    onSuccess: changed,
  });
}

/** A person of a client, or one more address of a person. */
export function useAddPerson(client: string) {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: (body: Schema<'NewContact'>) => unwrap(api.POST('/api/contacts', { body })),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['clients', client, 'contacts'] }),
  });
}

/** The person of a client that is only now being made. */
export function useAddFirstPerson() {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: (body: Schema<'NewContact'>) => unwrap(api.POST('/api/contacts', { body })),
    onSuccess: (_person, { client_id }) => cache.invalidateQueries({ queryKey: ['clients', client_id, 'contacts'] }),
  });
}

export function useAddAddress(client: string) {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: ({ contact, body }: { contact: string; body: Schema<'NewAddress'> }) =>
      unwrap(api.POST('/api/contacts/{id}/addresses', { params: { path: { id: contact } }, body })),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['clients', client, 'contacts'] }),
  });
}
