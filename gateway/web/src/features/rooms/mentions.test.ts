import { expect, test } from 'vitest';
import type { RoomMember } from './api';
import { mentionedIn, offered, typedMention } from './mentions';

const member = (name: string, disabled = false) => ({ user_id: name, name, disabled }) as RoomMember;
const members = [member('Анна Менеджерова'), member('Антон Юристов'), member('Бывший Анатолий', true)];

test('a mention is what is typed behind a lone @', () => {
  expect(typedMention('Привет, @Ан', 11)).toEqual({ from: 8, words: 'Ан' });
  expect(typedMention('почта anna@mail', 15)).toBeUndefined();
  expect(typedMention('@', 1)).toEqual({ from: 0, words: '' });
});

test('members are offered by any word of their name, but nobody who left and not oneself', () => {
  expect(offered(members, 'ан', 'me').map((found) => found.name)).toEqual(['Анна Менеджерова', 'Антон Юристов']);
  expect(offered(members, 'юри', 'me').map((found) => found.name)).toEqual(['Антон Юристов']);
  expect(offered(members, 'ан', 'Анна Менеджерова').map((found) => found.name)).toEqual(['Антон Юристов']);
});

test('a text names whoever stands in it with his whole name', () => {
  expect(mentionedIn('@Анна Менеджерова и @Антон', members)).toEqual(['Анна Менеджерова']);
});
