import { queryOptions, useQueryClient } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';
import { useDeed } from '@/shared/deed';

export type BridgeSetup = Schema<'BridgeSetup'>;
export type BridgeGroup = Schema<'BridgeGroup'>;

export const bridgeQuery = queryOptions({
  queryKey: ['bridge'],
  // Groups and troubles come from outside, without a notice.
  refetchInterval: 10_000,
  queryFn: () => unwrap(api.GET('/api/bridge')),
});

/** Rooms that may be bridged: those that one reads oneself. */
export const readableRoomsQuery = queryOptions({
  queryKey: ['rooms', 'readable'],
  queryFn: async () => {
    const page = await unwrap(api.GET('/api/rooms', { params: { query: { limit: 200 } } }));
    return page.items.filter((room) => room.can_read || room.bridged);
  },
});

function useBridgeChange<Wish>(change: (wish: Wish) => Promise<BridgeSetup>) {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: change,
    onSuccess: (setup) => {
      cache.setQueryData(bridgeQuery.queryKey, setup);
      void cache.invalidateQueries({ queryKey: ['rooms'] });
      void cache.invalidateQueries({ queryKey: ['conversations'] });
    },
  });
}

export function useChooseGroup() {
  return useBridgeChange((group: BridgeGroup) =>
    unwrap(api.PUT('/api/bridge/group', { body: { account_id: group.account_id, chat: group.chat } })),
  );
}

export function useSetBridged() {
  return useBridgeChange(({ room, enabled }: { room: string; enabled: boolean }) =>
    unwrap(api.PUT('/api/bridge/rooms/{id}', { params: { path: { id: room } }, body: { enabled } })),
  );
}

export function useSetConversationBridged() {
  return useBridgeChange(({ conversation, enabled }: { conversation: string; enabled: boolean }) =>
    unwrap(api.PUT('/api/bridge/conversations/{id}', { params: { path: { id: conversation } }, body: { enabled } })),
  );
}

/** The conversations with all people of a client. */
export const clientDialogsQuery = (client: string) =>
  queryOptions({
    queryKey: ['conversations', 'of-client', client],
    queryFn: async () => {
      const people = await unwrap(api.GET('/api/clients/{id}/contacts', { params: { path: { id: client } } }));
      const pages = await Promise.all(
        people.items.map((person) =>
          unwrap(api.GET('/api/conversations', { params: { query: { contact_id: person.id, limit: 50 } } })),
        ),
      );
      return pages.flatMap((page) => page.items);
    },
  });

export function useCheckBridge() {
  return useDeed({ mutationFn: async () => (await unwrap(api.POST('/api/bridge/check'))).obstacles });
}

export type Digest = Schema<'BridgeDigest'>;
export type MailCopy = Schema<'BridgeMailCopy'>;

export const digestQuery = queryOptions({
  queryKey: ['bridge-duty', 'digest'],
  queryFn: () => unwrap(api.GET('/api/bridge/digest')),
});

export const mailCopyQuery = queryOptions({
  queryKey: ['bridge-duty', 'mail-copy'],
  queryFn: () => unwrap(api.GET('/api/bridge/mail-copy')),
});

export function useSetDigest() {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: (body: Digest) => unwrap(api.PUT('/api/bridge/digest', { body })),
    onSuccess: (digest) => cache.setQueryData(digestQuery.queryKey, digest),
  });
}

export function useSetMailCopy() {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: (body: MailCopy) => unwrap(api.PUT('/api/bridge/mail-copy', { body })),
    onSuccess: (copy) => cache.setQueryData(mailCopyQuery.queryKey, copy),
  });
}
