import type { QueryClient, QueryKey } from '@tanstack/react-query';
import type { LiveMessage } from '@/shared/live/feed';
import { throttle } from '@/shared/throttle';

/** A list is asked for again at most this often, however much happens. */
const LISTS_EVERY_MS = 1500;

/** Which answers grow old by which message. Open timelines take single rows by themselves. */
export function refresher(cache: QueryClient) {
  const lists = new Map<string, ReturnType<typeof throttle>>();
  const list = (...queryKey: string[]) => {
    const name = queryKey.join('/');
    let known = lists.get(name);
    if (!known) {
      known = throttle(() => stale(cache, queryKey), LISTS_EVERY_MS);
      lists.set(name, known);
    }
    known.call();
  };
  /** Counters of cards that have been looked at: of all others nothing is kept. */
  const recount = (clients: string[]) => {
    for (const client of clients) {
      if (cache.getQueryState(['clients', client, 'counters'])) list('clients', client, 'counters');
    }
  };
  return {
    changed(message: LiveMessage) {
      switch (message.event) {
        case 'interaction':
          // A message may pay the debt of a missed call.
          list('calls');
          if (message.kind !== 'call') list('conversations');
          recount(message.client_ids);
          forgetClosed(cache, message);
          break;
        case 'contact':
          stale(cache, ['contacts', message.root_id]);
          if (message.root_id !== message.contact_id) stale(cache, ['contacts', message.contact_id]);
          for (const client of message.client_ids) {
            stale(cache, ['clients', client, 'contacts']);
            // A row of his that was pinned elsewhere is told to the company that has it now alone.
            stale(cache, ['timeline', 'client', client]);
          }
          recount(message.client_ids);
          list('conversations');
          list('proposals');
          break;
        case 'client':
          stale(cache, ['clients', message.root_id]);
          if (message.root_id !== message.client_id) stale(cache, ['clients', message.client_id]);
          list('clients', 'list');
          list('conversations');
          // Tasks name their client, and go with him.
          list('tasks');
          break;
        case 'access_lost':
          // Nothing of it may stay on the screen or in memory; what is open asks again and is refused.
          for (const queryKey of [['clients', message.client_id], ['timeline'], ['contacts'], ['conversations'], ['calls'], ['rooms'], ['room-messages'], ['search'], ['tasks'], ['clients', 'list']]) {
            void cache.resetQueries({ queryKey });
          }
          list('access-requests');
          break;
        case 'access_gained':
          // The stub on an open screen becomes the card; lists and the search know one more client.
          for (const queryKey of [['clients', message.client_id], ['timeline'], ['contacts'], ['search']]) stale(cache, queryKey);
          list('clients', 'list');
          list('conversations');
          list('access-requests');
          list('tasks');
          break;
        case 'access_request':
          list('access-requests');
          break;
        case 'draft':
          stale(cache, ['drafts', message.kind, message.subject_id]);
          list('drafts', 'list');
          break;
        case 'room':
          list('rooms');
          break;
        case 'change_request':
          list('change-requests');
          break;
        case 'task':
          list('tasks');
          break;
        case 'notice':
          list('accounts');
          break;
      }
    },
    stop() {
      for (const running of lists.values()) running.cancel();
    },
  };
}

/** A timeline that is not open does not take single rows: it shows what it has when it is opened, and asks anew. */
function forgetClosed(cache: QueryClient, message: Extract<LiveMessage, { event: 'interaction' }>): void {
  const subjects = [...message.client_ids.map((id) => ['client', id]), ['contact', message.contact_id], ['conversation']];
  for (const subject of subjects) {
    void cache.invalidateQueries({ queryKey: ['timeline', ...subject], type: 'inactive', refetchType: 'none' });
  }
}

/** A tab that nobody looks at only remembers that it has to ask. */
function stale(cache: QueryClient, queryKey: QueryKey): void {
  void cache.invalidateQueries({ queryKey, refetchType: document.hidden ? 'none' : 'active' });
}
