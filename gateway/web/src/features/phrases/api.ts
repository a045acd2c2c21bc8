import { infiniteQueryOptions, keepPreviousData, queryOptions, useQueryClient } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';
import { useDeed } from '@/shared/deed';
import type { Kind } from './search';

export type Phrase = Schema<'Phrase'>;
export type Draft = Schema<'PhraseDraft'>;

export const phrasesQuery = (kind: Kind, text?: string) =>
  infiniteQueryOptions({
    queryKey: ['phrases', 'list', kind, text],
    queryFn: ({ pageParam }) =>
      unwrap(api.GET('/api/phrases', { params: { query: { kind, text, cursor: pageParam, limit: 100 } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

/** As a client would read it, and how it is counted. */
export const draftQuery = (draft: Draft) =>
  queryOptions({
    queryKey: ['phrases', 'preview', draft],
    placeholderData: keepPreviousData,
    gcTime: 60_000,
    queryFn: ({ signal }) => unwrap(api.POST('/api/phrases/preview', { body: draft, signal })),
  });

function useChange<Given, Made>(change: (given: Given) => Promise<Made>) {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: change,
    onSuccess: () =>
      Promise.all([
        cache.invalidateQueries({ queryKey: ['phrases', 'list'] }),
        cache.invalidateQueries({ queryKey: ['phrases', 'offered'] }),
      ]),
  });
}

export const useCreate = () => useChange((body: Schema<'NewPhraseBody'>) => unwrap(api.POST('/api/phrases', { body })));

export const useEdit = (id: string) =>
  useChange((body: Schema<'PhrasePatch'>) => unwrap(api.PATCH('/api/phrases/{id}', { params: { path: { id } }, body })));

export const useDelete = () =>
  useChange((id: string) => unwrap(api.DELETE('/api/phrases/{id}', { params: { path: { id } } })));

export const usePlace = () =>
  useChange(({ id, before }: { id: string; before: string | null }) =>
    unwrap(api.POST('/api/phrases/{id}/place', { params: { path: { id } }, body: { before } })),
  );
