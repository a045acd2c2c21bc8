import {
  infiniteQueryOptions,
  queryOptions,
  useQueryClient,
  type InfiniteData,
  type QueryClient,
} from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';
import { ApiError } from '@/api/problem';
import { useDeed } from '@/shared/deed';
import type { Standing, Tab } from './search';

export type Conversation = Schema<'Conversation'>;
export type Sort = '-last_at' | 'waiting';

/** Which conversations a list shows. */
export interface Wanted {
  tab: Tab;
  standing: Standing;
  sort: Sort;
  channels?: string;
  account?: string;
  me: string;
}

/** A page of 50; the next one behind its last row. */
export const conversationsQuery = (wanted: Wanted) =>
  infiniteQueryOptions({
    queryKey: ['conversations', 'list', wanted],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET('/api/conversations', {
          params: {
            query: {
              cursor: pageParam,
              sort: wanted.sort,
              standing: wanted.standing,
              channels: wanted.channels,
              accounts: wanted.account,
              responsible: wanted.tab === 'mine' ? wanted.me : wanted.tab === 'unassigned' ? 'none' : undefined,
            },
          },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export const countsQuery = queryOptions({
  queryKey: ['conversations', 'counts'],
  // What was put off comes back without anybody's doing.
  refetchInterval: 60_000,
  queryFn: () => unwrap(api.GET('/api/conversations/counts')),
});

export const conversationQuery = (id: string) =>
  queryOptions({
    queryKey: ['conversations', 'one', id],
    queryFn: () => unwrap(api.GET('/api/conversations/{id}', { params: { path: { id } } })),
  });

/** A conversation as the lists know it already. */
export function knownConversation(cache: QueryClient, id: string): Conversation | undefined {
  const lists = cache.getQueriesData<InfiniteData<Schema<'ConversationPage'>>>({ queryKey: ['conversations', 'list'] });
  const rows = lists.flatMap(([, list]) => list?.pages.flatMap((page) => page.items) ?? []);
  return rows.find((row) => row.id === id);
}

/** Says that everything up to a row was on the screen. */
export function useMarkRead() {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: ({ id, until }: { id: string; until: string }) =>
      unwrap(api.POST('/api/conversations/{id}/read', { params: { path: { id } }, body: { until } })),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['conversations'] }),
  });
}

export function useMarkUnread() {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: (id: string) => unwrap(api.POST('/api/conversations/{id}/unread', { params: { path: { id } } })),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['conversations'] }),
  });
}

/** Lays conversations aside: `null` closes them, a moment puts them off. A message that came meanwhile keeps one open. */
export function useLayAside() {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: async ({ rows, until }: { rows: Conversation[]; until: string | null }) => {
      for (const { id, last_inbound_at } of rows) {
        const body = { seen_inbound_at: last_inbound_at ?? null, until };
        await unwrap(api.PUT('/api/conversations/{id}/rest', { params: { path: { id } }, body }));
      }
    },
    onSettled: () => cache.invalidateQueries({ queryKey: ['conversations'] }),
  });
}

/** Opens them again. */
export function useTakeUp() {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: async (rows: Conversation[]) => {
      for (const { id } of rows) await unwrap(api.DELETE('/api/conversations/{id}/rest', { params: { path: { id } } }));
    },
    onSettled: () => cache.invalidateQueries({ queryKey: ['conversations'] }),
  });
}

interface Assignment {
  clients: string[];
  to: string;
  reason: string;
  /** When each goes back; nothing for good. */
  until: string | null;
}

/** Gives clients to one colleague, one after the other; whoever has them already is no error. */
export function useAssign() {
  const cache = useQueryClient();
  return useDeed({
    /** Says how many stayed where they were, because nobody is there to whom they could go back. */
    mutationFn: async ({ clients, to, reason, until }: Assignment) => {
      let stayed = 0;
      for (const id of clients) {
        const body = { responsible_id: to, reason, until };
        await unwrap(api.POST('/api/clients/{id}/transfer', { params: { path: { id } }, body })).catch((error: unknown) => {
          if (!(error instanceof ApiError) || error.type !== 'conflict') throw error;
          stayed += 1;
        });
      }
      return stayed;
    },
    onSettled: () => Promise.all([['conversations'], ['clients']].map((queryKey) => cache.invalidateQueries({ queryKey }))),
  });
}

/** The answers that somebody has begun, by conversation. */
export const draftsQuery = queryOptions({
  queryKey: ['drafts', 'list'],
  queryFn: async () => {
    const drafts = await unwrap(api.GET('/api/drafts'));
    return new Map(drafts.map((draft) => [draft.subject_id, draft.text]));
  },
});
