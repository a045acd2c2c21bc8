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
import { withMessage, type Part } from './pages';

export type Room = Schema<'Room'>;
export type RoomMember = Schema<'RoomMember'>;
export type RoomMessage = Schema<'RoomMessage'>;
export type NewRoomMessage = Schema<'NewRoomMessage'>;

const ROWS = 50;

export const roomsQuery = (archived: boolean) =>
  infiniteQueryOptions({
    queryKey: ['rooms', 'list', archived],
    queryFn: ({ pageParam, signal }) =>
      unwrap(api.GET('/api/rooms', { params: { query: { archived, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export const roomCountsQuery = queryOptions({
  queryKey: ['rooms', 'counts'],
  queryFn: () => unwrap(api.GET('/api/rooms/counts')),
});

export const roomQuery = (id: string) =>
  queryOptions({
    queryKey: ['rooms', 'one', id],
    queryFn: () => unwrap(api.GET('/api/rooms/{id}', { params: { path: { id } } })),
  });

export const membersQuery = (id: string) =>
  queryOptions({
    queryKey: ['rooms', 'members', id],
    queryFn: async () => (await unwrap(api.GET('/api/rooms/{id}/members', { params: { path: { id } } }))).items,
  });

export const versionsQuery = (id: string) =>
  queryOptions({
    queryKey: ['rooms', 'versions', id],
    queryFn: async () => (await unwrap(api.GET('/api/room-messages/{id}/versions', { params: { path: { id } } }))).items,
  });

export const foundQuery = (text: string) =>
  infiniteQueryOptions({
    queryKey: ['rooms', 'found', text],
    queryFn: ({ pageParam, signal }) =>
      unwrap(api.GET('/api/room-messages', { params: { query: { text, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

/** Where a part of a room begins: nowhere is the newest message. */
interface From {
  before?: number;
  after?: number;
}

const SAID = 'room-messages';

/** The messages of a room, entered at the newest or around a place; parts lie newest first. */
export const messagesQuery = (room: string, at?: number) =>
  infiniteQueryOptions({
    queryKey: [SAID, room, at ?? null],
    queryFn: ({ pageParam, signal }) => part(room, pageParam, signal),
    initialPageParam: (at === undefined ? {} : { before: at + ROWS / 2 }) as From,
    getNextPageParam: (last): From | undefined =>
      last.older && last.items[0] ? { before: last.items[0].position } : undefined,
    getPreviousPageParam: (first): From | undefined => {
      const newest = first.items.at(-1);
      return first.newer && newest ? { after: newest.position } : undefined;
    },
    staleTime: Infinity,
  });

async function part(room: string, from: From, signal: AbortSignal): Promise<Part> {
  const params = { path: { id: room }, query: { limit: ROWS, ...from } };
  const page = await unwrap(api.GET('/api/rooms/{id}/messages', { params, signal }));
  if (from.after !== undefined) return { items: page.items, older: true, newer: page.more };
  return { items: page.items.toReversed(), older: page.more, newer: from.before !== undefined };
}

export const messageOf = (id: string) => unwrap(api.GET('/api/room-messages/{id}', { params: { path: { id } } }));

/** Puts a new or changed message where it belongs in every loaded part of its room. */
export function takeIn(cache: QueryClient, message: RoomMessage): void {
  cache.setQueriesData<InfiniteData<Part, From>>({ queryKey: [SAID, message.room_id] }, (data) =>
    data ? { ...data, pages: withMessage(data.pages, message) } : data,
  );
}

/** What a screen keeps of a room does not outlive the right to see it. */
export function forget(cache: QueryClient): void {
  for (const queryKey of [[SAID], ['rooms']]) void cache.resetQueries({ queryKey });
}

/** Sends in order; without a network a message waits with its id and leaves later, so that one press is one message. */
export function usePost(room: string, refused: (message: NewRoomMessage, error: Error) => void) {
  const cache = useQueryClient();
  return useDeed({
    scope: { id: `room-${room}` },
    mutationFn: (message: NewRoomMessage) =>
      unwrap(api.POST('/api/rooms/{id}/messages', { params: { path: { id: room } }, body: message })),
    retry: (_, error) => error instanceof ApiError && error.isPassing,
    retryDelay: (attempt) => Math.min(1000 * 2 ** attempt, 15_000),
    onSuccess: (message) => takeIn(cache, message),
    onError: (error, message) => refused(message, error),
  });
}

/** What is done to a message that stands there. */
export type MessageAct = { id: string } & ({ edit: string } | { delete: true } | { react: string | null });

export function useMessageAct() {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: (act: MessageAct) => {
      const params = { path: { id: act.id } };
      if ('edit' in act) return unwrap(api.PATCH('/api/room-messages/{id}', { params, body: { text: act.edit } }));
      if ('delete' in act) return unwrap(api.DELETE('/api/room-messages/{id}', { params }));
      return unwrap(api.PUT('/api/room-messages/{id}/reaction', { params, body: { emoji: act.react } }));
    },
    onSuccess: (message) => {
      takeIn(cache, message);
      void cache.invalidateQueries({ queryKey: ['rooms', 'versions', message.id] });
    },
  });
}

export function useCreateRoom() {
  return useRoomChange((body: Schema<'NewRoom'>) => unwrap(api.POST('/api/rooms', { body })));
}

export function useChangeRoom(id: string) {
  return useRoomChange((body: Schema<'RoomPatch'>) =>
    unwrap(api.PATCH('/api/rooms/{id}', { params: { path: { id } }, body })),
  );
}

export function useJoinRoom(id: string) {
  return useRoomChange(() => unwrap(api.POST('/api/rooms/{id}/join', { params: { path: { id } } })));
}

export function usePutMember(id: string) {
  return useRoomChange(({ user, role }: { user: string; role: Schema<'RoomRole'> }) =>
    unwrap(api.PUT('/api/rooms/{id}/members/{user_id}', { params: { path: { id, user_id: user } }, body: { role } })),
  );
}

export function useRemoveMember(id: string) {
  return useRoomChange((user: string) =>
    unwrap(api.DELETE('/api/rooms/{id}/members/{user_id}', { params: { path: { id, user_id: user } } })),
  );
}

export function useReadRoom(id: string) {
  return useRoomChange((position: number) =>
    unwrap(api.POST('/api/rooms/{id}/read', { params: { path: { id } }, body: { position } })),
  );
}

function useRoomChange<Wish, Done>(change: (wish: Wish) => Promise<Done>) {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: change,
    onSuccess: () => cache.invalidateQueries({ queryKey: ['rooms'] }),
  });
}
