import { infiniteQueryOptions, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';
import { useDeed } from '@/shared/deed';

export type Proposal = Schema<'Proposal'>;
export type Side = Schema<'Side'>;

export interface Conflict {
  field: string;
  survivor: unknown;
  absorbed: unknown;
}

/** «похожие»: open proposals, the oldest first. */
export const proposalsQuery = infiniteQueryOptions({
  queryKey: ['proposals'],
  queryFn: ({ pageParam }) => unwrap(api.GET('/api/proposals', { params: { query: { cursor: pageParam } } })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => page.next_cursor ?? undefined,
});

/** A join moves what many screens show. */
function readAnew(cache: QueryClient) {
  return Promise.all(
    [['proposals'], ['clients'], ['contacts'], ['conversations'], ['timeline'], ['search']].map((queryKey) =>
      cache.invalidateQueries({ queryKey }),
    ),
  );
}

export interface JoinWish {
  kind: 'client' | 'contact';
  survivor: string;
  absorbed: string;
  choices: Record<string, Side>;
}

function join(wish: JoinWish, dryRun: boolean) {
  const body = { survivor_id: wish.survivor, absorbed_id: wish.absorbed, choices: wish.choices, dry_run: dryRun };
  return wish.kind === 'client'
    ? unwrap(api.POST('/api/joins/clients', { body }))
    : unwrap(api.POST('/api/joins/contacts', { body }));
}

/** What a join would change, without doing it. */
export const previewJoin = (wish: JoinWish) => join(wish, true);

export function useJoin() {
  const cache = useQueryClient();
  return useDeed({ mutationFn: (wish: JoinWish) => join(wish, false), onSuccess: () => readAnew(cache) });
}

export function useSplit() {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: (id: string) => unwrap(api.POST('/api/joins/{id}/split', { params: { path: { id } } })),
    onSuccess: () => readAnew(cache),
  });
}

export function useDecide() {
  const cache = useQueryClient();
  const accept = useDeed({
    mutationFn: ({ id, choices }: { id: string; choices: Record<string, Side> }) =>
      unwrap(api.POST('/api/proposals/{id}/accept', { params: { path: { id } }, body: { choices } })),
    onSuccess: () => readAnew(cache),
  });
  const reject = useDeed({
    mutationFn: (id: string) => unwrap(api.POST('/api/proposals/{id}/reject', { params: { path: { id } } })),
    onSuccess: () => readAnew(cache),
  });
  return { accept, reject };
}
