import type { Conversation } from './api';

/** A number that stands for the name of one whom nobody named. */
const NUMBER = /^\+?[\d\s()-]+$/;

/** By what a row is called, and what stands in grey beside it: a name comes before a number, whoever has it. */
export function namesOf({ contact, clients }: Pick<Conversation, 'contact' | 'clients'>): [string, string | undefined] {
  const company = clients.find((client) => client.name !== contact.name)?.name;
  const isCalledByNumber = company !== undefined && NUMBER.test(contact.name) && !NUMBER.test(company);
  return isCalledByNumber ? [company, contact.name] : [contact.name, company];
}
