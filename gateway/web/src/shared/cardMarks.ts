import { useQueries, type UseQueryResult } from '@tanstack/react-query';
import { clientQuery, type ClientCard } from './clients';
import { addressWords, contactQuery, peopleQuery, type Contact } from './contacts';
import { date } from './format';

/** By what two cards of one name are told apart. */
export interface CardMarks {
  /** Numbers, e-mails and channels, two at most. */
  addresses: string;
  /** All in one line: addresses, whose it is, when it was made. */
  words: string;
}

const SHOWN = 2;

function marks(people: Contact[], whose: string | undefined, madeAt: string): CardMarks {
  const all = [...new Set(people.flatMap((person) => person.identities.map(addressWords)))];
  const addresses = all.slice(0, SHOWN).join(', ') + (all.length > SHOWN ? ` и ещё ${all.length - SHOWN}` : '');
  return { addresses, words: [addresses || 'номеров нет', whose, `заведена ${date(madeAt)}`].filter(Boolean).join(' · ') };
}

export const clientMarks = (card: ClientCard, people: Contact[]): CardMarks =>
  marks(people, card.responsible ? `ответственный — ${card.responsible.name}` : 'общая база', card.created_at);

export const contactMarks = (contact: Contact): CardMarks =>
  marks([contact], contact.clients.map((client) => client.name).join(', '), contact.created_at);

function known<Answer, Mark>(answers: UseQueryResult<Answer>[], one: (answer: Answer) => Mark): (Mark | undefined)[] {
  return answers.map((answer) => answer.data && one(answer.data));
}

/** Marks of cards by id, as far as they have come. */
export function useMarks(kind: 'client' | 'contact', ids: string[]): Map<string, CardMarks> {
  const clients = kind === 'client' ? ids : [];
  const cards = useQueries({ queries: clients.map((id) => clientQuery(id)) });
  const people = known(useQueries({ queries: clients.map((id) => peopleQuery(id)) }), (page) => page.items);
  const contacts = useQueries({ queries: (kind === 'contact' ? ids : []).map((id) => contactQuery(id)) });
  const found =
    kind === 'client'
      ? cards.map((card, at) => card.data && people[at] && clientMarks(card.data, people[at]))
      : known(contacts, contactMarks);
  return new Map(ids.flatMap((id, at) => (found[at] ? [[id, found[at]] as const] : [])));
}
