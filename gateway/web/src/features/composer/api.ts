import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';
import { ApiError } from '@/api/problem';
import { useDeed } from '@/shared/deed';
import type { Uploaded } from '@/shared/upload';

export type Entry = Schema<'TimelineEntry'>;
export type Conversation = Schema<'Conversation'>;

/** A conversation, and with whom: a first message begins one that does not exist yet. */
export type Where = Pick<Conversation, 'id' | 'contact'>;

/** As the hub is asked about it. */
export const paramsOf = ({ id, contact }: Where) => ({ path: { id }, query: { contact_id: contact.id } });

/** Where a person can be written to, the liveliest first. */
export const placesQuery = (contact: string) =>
  queryOptions({
    queryKey: ['conversations', 'of', contact],
    queryFn: async () =>
      (await unwrap(api.GET('/api/conversations', { params: { query: { contact_id: contact, limit: 20 } } }))).items,
  });

export const writingQuery = (conversation: string, contact?: string) =>
  queryOptions({
    queryKey: ['conversations', 'writing', conversation],
    // The window of WhatsApp ends while one looks.
    refetchInterval: 60_000,
    queryFn: () =>
      unwrap(api.GET('/api/conversations/{id}/writing', { params: { path: { id: conversation }, query: { contact_id: contact } } })),
  });

/** All ways to a person, as the rule of channels sees them. */
export const waysQuery = (contact: string) =>
  queryOptions({
    queryKey: ['conversations', 'ways', contact],
    refetchInterval: 60_000,
    queryFn: () => unwrap(api.GET('/api/contacts/{id}/writing', { params: { path: { id: contact } } })),
  });

/** How a text is counted by channels that are paid by parts. */
export const measureQuery = (place: Where, text: string) =>
  queryOptions({
    queryKey: ['measure', place.id, text],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      unwrap(api.POST('/api/conversations/{id}/measure', { params: paramsOf(place), body: { text }, signal })),
  });

export interface NewMessage {
  id: string;
  conversation: string;
  content: Schema<'MessageContent'>;
  /** What the client will read, where the content does not say it itself. */
  shown?: string;
  /** The files of the content, to be given back if they are not taken. */
  brought?: Uploaded[];
  quote?: string;
  /** What a person decided about the client's night. */
  atNight?: Schema<'AtNight'>;
  /** The version of the draft that it was. */
  draft?: number;
  /** Not before this moment. */
  plannedFor?: string;
  /** What becomes of the conversation with the press. */
  aside?: Aside;
}

/** «Отправить и закрыть», «и отложить». */
export interface Aside {
  /** As it was on the screen when the button was pressed: what comes later keeps it open. */
  conversation: Conversation;
  /** Nothing closes it. */
  until: string | null;
}

/**
 * Sends in order, one conversation after the other; without a network the message waits with its id and leaves later, so
 * one press is one message.
 */
export function useSend(place: Where, sent: (message: NewMessage, entry: Entry) => void, refused: (message: NewMessage, error: Error) => void) {
  return useDeed({
    scope: { id: `send-${place.id}` },
    mutationFn: (message: NewMessage) =>
      unwrap(
        api.POST('/api/conversations/{id}/messages', {
          params: paramsOf({ ...place, id: message.conversation }),
          body: {
            id: message.id,
            content: message.content,
            quote_id: message.quote ?? null,
            at_night: message.atNight ?? null,
            draft_version: message.draft ?? null,
            planned_for: message.plannedFor ?? null,
            lay_aside: message.aside ? { seen_inbound_at: message.aside.conversation.last_inbound_at ?? null, until: message.aside.until } : null,
          },
        }),
      ),
    retry: (_, error) => error instanceof ApiError && error.isPassing,
    retryDelay: (attempt) => Math.min(1000 * 2 ** attempt, 15_000),
    onSuccess: (entry, message) => sent(message, entry),
    onError: (error, message) => refused(message, error),
  });
}
