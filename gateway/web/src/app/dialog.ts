import type { QueryClient } from '@tanstack/react-query';
import { placesQuery, writingQuery } from '@/features/composer/api';
import { conversationQuery, knownConversation, type Conversation } from '@/features/conversations/api';
import { timelineQuery, type Subject } from '@/features/timeline/api';
import { filterOf, storedChoice } from '@/features/timeline/filter';
import { clientQuery } from '@/shared/clients';
import { peopleQuery } from '@/shared/contacts';

/** A conversation is shown inside of its client's timeline; a person of several companies has one of his own. */
export function subjectOf(conversation: Conversation): Subject {
  const [client, ...others] = conversation.clients;
  return client && others.length === 0
    ? { kind: 'client', id: client.id }
    : { kind: 'contact', id: conversation.contact.id };
}

/** Asks for everything that a dialog shows, all at once and the timeline first, before it is opened. */
export function prefetchDialog(cache: QueryClient, id: string): void {
  const known = knownConversation(cache, id);
  const subject = known && subjectOf(known);
  const choice = storedChoice();
  if (subject && choice.period === 'any') {
    void cache.prefetchInfiniteQuery(timelineQuery(subject, filterOf(choice, undefined, 0)));
  }
  if (known) void cache.prefetchQuery(placesQuery(known.contact.id));
  void cache.prefetchQuery(writingQuery(id));
  void cache.prefetchQuery(conversationQuery(id));
  if (subject?.kind === 'client') {
    void cache.prefetchQuery(clientQuery(subject.id));
    void cache.prefetchQuery(peopleQuery(subject.id));
  }
}
