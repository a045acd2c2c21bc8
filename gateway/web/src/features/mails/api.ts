import { infiniteQueryOptions, queryOptions, useQueryClient } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';
import { useDeed } from '@/shared/deed';
import type { MailsSearch } from './search';

export type Letter = Schema<'Mail'>;

/** While a letter is on its way it is looked at every second, else now and then. */
const BUSY_MS = 1000;
const QUIET_MS = 15_000;

const isBusy = (letter: Letter) =>
  letter.state === 'sending' || (letter.state === 'queued' && Date.parse(letter.due_at) <= Date.now());

export const mailsQuery = (search: MailsSearch) =>
  infiniteQueryOptions({
    queryKey: ['mails', search],
    queryFn: ({ pageParam }) =>
      unwrap(api.GET('/api/mails', { params: { query: { cursor: pageParam, state: search.state } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: ({ state }) => (state.data?.pages.some((page) => page.items.some(isBusy)) ? BUSY_MS : QUIET_MS),
  });

export const attemptsQuery = (letter: Letter) =>
  queryOptions({
    // A try more is another list.
    queryKey: ['mails', 'attempts', letter.id, letter.tries, letter.state],
    queryFn: async () => (await unwrap(api.GET('/api/mails/{id}', { params: { path: { id: letter.id } } }))).attempts,
  });

function useChange<Given>(change: (given: Given) => Promise<Letter>) {
  const cache = useQueryClient();
  // Also after a refusal: it is on its way already, and the row shall say so.
  return useDeed({ mutationFn: change, onSettled: () => cache.invalidateQueries({ queryKey: ['mails'] }) });
}

export const useSendAgain = () =>
  useChange((id: string) => unwrap(api.POST('/api/mails/{id}/retry', { params: { path: { id } } })));

export const useSendTest = () => useChange<void>(() => unwrap(api.POST('/api/mails/test')));
