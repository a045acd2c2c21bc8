import {
  infiniteQueryOptions,
  queryOptions,
  useQueryClient,
  type InfiniteData,
  type QueryClient,
} from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';
import { useDeed } from '@/shared/deed';
import { accepts, type TimelineFilter } from './filter';
import { withEntry, withoutEntry } from './pages';

export type Entry = Schema<'TimelineEntry'>;
export type TimelinePage = Schema<'Timeline'>;

/** Whose timeline it is. */
export interface Subject {
  kind: 'client' | 'contact' | 'conversation';
  id: string;
}

/** Where a page begins: nowhere is the newest. */
export interface Place {
  before?: string;
  after?: string;
  at?: string;
}

const KEY = 'timeline';
const ROWS = 50;

/** A timeline with its filter, entered at the newest row or at a moment; pages lie newest first. */
export const timelineQuery = (subject: Subject, filter: TimelineFilter, at?: string) =>
  infiniteQueryOptions({
    queryKey: [KEY, subject.kind, subject.id, filter, at ?? null] as const,
    queryFn: ({ pageParam, signal }) => page(subject, filter, pageParam, signal),
    initialPageParam: (at ? { at } : {}) as Place,
    getNextPageParam: (last): Place | undefined => (last.older_cursor ? { before: last.older_cursor } : undefined),
    getPreviousPageParam: (first): Place | undefined =>
      first.has_newer && first.newer_cursor ? { after: first.newer_cursor } : undefined,
    staleTime: Infinity,
  });

function page(subject: Subject, filter: TimelineFilter, place: Place, signal: AbortSignal): Promise<TimelinePage> {
  const params = { path: { id: subject.id }, query: { limit: ROWS, ...place, ...asked(filter) } };
  switch (subject.kind) {
    case 'client':
      return unwrap(api.GET('/api/clients/{id}/timeline', { params, signal }));
    case 'contact':
      return unwrap(api.GET('/api/contacts/{id}/timeline', { params, signal }));
    case 'conversation':
      return unwrap(api.GET('/api/conversations/{id}/timeline', { params, signal }));
  }
}

function asked(filter: TimelineFilter) {
  return {
    kinds: filter.kinds?.join(','),
    channels: filter.channels?.join(','),
    contact_id: filter.contact,
    with_files: filter.withFiles,
    from: filter.from,
    until: filter.until,
  };
}

export const entryOf = (id: string) => unwrap(api.GET('/api/interactions/{id}', { params: { path: { id } } }));

/** Puts a new or changed row where it belongs in every loaded part of a timeline. */
export function takeIn(cache: QueryClient, subject: Subject, entry: Entry): void {
  const known = cache.getQueryCache().findAll({ queryKey: [KEY, subject.kind, subject.id] });
  for (const query of known) {
    const filter = query.queryKey[3] as TimelineFilter;
    cache.setQueryData<InfiniteData<TimelinePage, Place>>(query.queryKey, (data) => {
      if (!data) return data;
      const shows = belongs(subject, entry) && accepts(filter, entry);
      return { ...data, pages: shows ? withEntry(data.pages, entry) : withoutEntry(data.pages, entry.id) };
    });
  }
}

/** Takes a row away that was shown and never stored. */
export function takeOut(cache: QueryClient, subject: Subject, id: string): void {
  cache.setQueriesData<InfiniteData<TimelinePage, Place>>(
    { queryKey: [KEY, subject.kind, subject.id] },
    (data) => data && { ...data, pages: withoutEntry(data.pages, id) },
  );
}

function belongs(subject: Subject, entry: Entry): boolean {
  if (subject.kind === 'conversation') return entry.conversation_id === subject.id;
  if (subject.kind === 'client') return !entry.pinned_client_id || entry.pinned_client_id === subject.id;
  return true;
}

/** To which companies rows of a person can be pinned. Asked anew each time: each pin may change what is likely. */
export const pinTargetsQuery = (contact: string) =>
  queryOptions({
    queryKey: ['contacts', contact, 'pin-targets'],
    staleTime: 0,
    queryFn: () => unwrap(api.GET('/api/contacts/{id}/pin-targets', { params: { path: { id: contact } } })),
  });

interface Pinning {
  entry: Entry;
  client: string;
}

/** Says of which company a row is. */
export function usePin(subject: Subject) {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: ({ entry, client }: Pinning) =>
      unwrap(api.POST('/api/interactions/{id}/pin', { params: { path: { id: entry.id } }, body: { client_id: client } })),
    onSuccess: (entry) => takeIn(cache, subject, entry),
  });
}

/** Says it of a row and of what the person said later, as far as nobody has decided about it. The live feed brings the others. */
export function usePinFollowing(subject: Subject) {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: ({ entry, client }: Pinning) =>
      unwrap(api.POST('/api/interactions/{id}/pin-following', { params: { path: { id: entry.id } }, body: { client_id: client } })),
    onSuccess: ({ entry }) => takeIn(cache, subject, entry),
  });
}

/** What a person does about a message of ours that is stuck. */
export function useDeliveryAct() {
  return useDeed({
    mutationFn: ({ id, act }: { id: string; act: 'retry' | 'cancel' | 'confirm' | 'send-now' }): Promise<unknown> => {
      const params = { path: { id } };
      switch (act) {
        case 'retry':
          return unwrap(api.POST('/api/deliveries/{id}/retry', { params }));
        case 'send-now':
          return unwrap(api.POST('/api/deliveries/{id}/send-now', { params }));
        case 'cancel':
          return unwrap(api.POST('/api/deliveries/{id}/cancel', { params }));
        case 'confirm':
          return unwrap(api.POST('/api/deliveries/{id}/confirm', { params }));
      }
    },
  });
}

/** When a planned message goes, and what it says. */
export function useReplan() {
  return useDeed({
    mutationFn: ({ id, plannedFor, text }: { id: string; plannedFor: string; text?: string }) =>
      unwrap(api.PUT('/api/deliveries/{id}/plan', { params: { path: { id } }, body: { planned_for: plannedFor, text: text ?? null } })),
  });
}
