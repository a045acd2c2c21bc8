import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';

export type Sight = Schema<'Sight'>;

// Every look is written into the audit log: nothing here asks again by itself.
const once = { staleTime: Infinity, gcTime: 0, refetchOnWindowFocus: false, refetchOnReconnect: false } as const;

export const sightQuery = (id: string) =>
  queryOptions({
    ...once,
    queryKey: ['eyes', id, 'rights'],
    queryFn: () => unwrap(api.GET('/api/users/{id}/eyes', { params: { path: { id } } })),
  });

export const eyesClientsQuery = (id: string) =>
  infiniteQueryOptions({
    ...once,
    queryKey: ['eyes', id, 'clients'],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      unwrap(api.GET('/api/users/{id}/eyes/clients', { params: { path: { id }, query: { cursor: pageParam } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export const eyesConversationsQuery = (id: string) =>
  infiniteQueryOptions({
    ...once,
    queryKey: ['eyes', id, 'conversations'],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      unwrap(api.GET('/api/users/{id}/eyes/conversations', { params: { path: { id }, query: { cursor: pageParam } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
