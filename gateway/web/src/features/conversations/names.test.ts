import { expect, test } from 'vitest';
import { namesOf } from './names';

const names = (contact: string, ...clients: string[]) =>
  namesOf({ contact: { name: contact }, clients: clients.map((name) => ({ name })) } as Parameters<typeof namesOf>[0]);

test('the name of a client comes before the number of a person whom nobody named', () => {
  expect(names('+7 900 000-00-19', 'ООО «Ромашка»')).toEqual(['ООО «Ромашка»', '+7 900 000-00-19']);
  expect(names('+7 900 000-00-19', '+7 900 000-00-19')).toEqual(['+7 900 000-00-19', undefined]);
});

test('a person with a name stands before the company', () => {
  expect(names('Анна', 'ООО «Ромашка»')).toEqual(['Анна', 'ООО «Ромашка»']);
  expect(names('Анна', 'Анна')).toEqual(['Анна', undefined]);
});
