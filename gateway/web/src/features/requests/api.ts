import { infiniteQueryOptions, queryOptions, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import { useDeed } from '@/shared/deed';

/** Requests on which the viewer decides. */
export const requestsQuery = (ended: boolean) =>
  infiniteQueryOptions({
    queryKey: ['change-requests', 'list', ended],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      unwrap(api.GET('/api/change-requests', { params: { query: { ended, cursor: pageParam } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export const ownRequestsQuery = infiniteQueryOptions({
  queryKey: ['change-requests', 'own'],
  initialPageParam: undefined as string | undefined,
  queryFn: ({ pageParam }) => unwrap(api.GET('/api/me/change-requests', { params: { query: { cursor: pageParam } } })),
  getNextPageParam: (page) => page.next_cursor ?? undefined,
});

export const requestCountsQuery = queryOptions({
  queryKey: ['change-requests', 'counts'],
  queryFn: () => unwrap(api.GET('/api/change-requests/counts')),
});

export interface Answer {
  id: string;
  revision: number;
  /** Why not; nothing approves. */
  comment?: string;
}

export function useAnswer() {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: ({ id, revision, comment }: Answer) => {
      const params = { path: { id } };
      return comment === undefined
        ? unwrap(api.POST('/api/change-requests/{id}/approve', { params, body: { revision } }))
        : unwrap(api.POST('/api/change-requests/{id}/refuse', { params, body: { revision, comment } }));
    },
    // Also after a refusal: the request may be another one by now.
    onSettled: () => cache.invalidateQueries({ queryKey: ['change-requests'] }),
  });
}

export function useWithdraw() {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: (id: string) => unwrap(api.DELETE('/api/change-requests/{id}', { params: { path: { id } } })),
    onSettled: () => cache.invalidateQueries({ queryKey: ['change-requests'] }),
  });
}
