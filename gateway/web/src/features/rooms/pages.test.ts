import { expect, test } from 'vitest';
import type { RoomMessage } from './api';
import { withMessage, type Part } from './pages';

const said = (position: number, text = '') => ({ id: `m${position}`, position, text, files: [] as unknown }) as RoomMessage;
const part = (positions: number[], older: boolean, newer: boolean): Part => ({
  items: positions.map((position) => said(position)),
  older,
  newer,
});
const places = (parts: Part[]) => parts.map((known) => known.items.map((message) => message.position));

test('a new message goes to the end, and a changed one to its own place', () => {
  const parts = [part([4, 5], true, false), part([1, 2], false, true)];
  expect(places(withMessage(parts, said(6)))).toEqual([[4, 5, 6], [1, 2]]);
  const changed = withMessage(parts, said(2, 'иначе'));
  expect(places(changed)).toEqual([[4, 5], [1, 2]]);
  expect(changed[1]!.items[1]!.text).toBe('иначе');
});

test('one that overtook another is put before it', () => {
  expect(places(withMessage([part([1, 3], false, false)], said(2)))).toEqual([[1, 2, 3]]);
  expect(places(withMessage([part([5, 7], true, false), part([2], false, true)], said(4)))).toEqual([[5, 7], [2, 4]]);
});

test('what lies outside of the loaded parts is left to those that come', () => {
  const parts = [part([5, 6], true, true)];
  expect(withMessage(parts, said(9))).toBe(parts);
  expect(withMessage(parts, said(2))).toBe(parts);
  expect(places(withMessage([part([], false, false)], said(1)))).toEqual([[1]]);
});

test('an answer shows what its quote says now', () => {
  const quoted = { ...said(2), quote: { id: 'm1', position: 1, author_name: 'Анна', text: 'раньше', files: 0 } };
  const parts: Part[] = [{ items: [said(1), quoted], older: false, newer: false }];
  const changed = withMessage(parts, { ...said(1, 'теперь'), files: [] as RoomMessage['files'] });
  expect(changed[0]!.items[1]!.quote!.text).toBe('теперь');
});
