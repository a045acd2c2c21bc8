import { expect, test } from 'vitest';
import { heldOrder } from './order';

const rows = (...ids: string[]) => ids.map((id) => ({ id }));
const shown = (held: string[], now: string[]) => {
  const result = heldOrder(held, rows(...now));
  return [result.shown.map((row) => row.id).join(''), result.fresh];
};

test('nothing happened, nothing is told', () => {
  expect(shown(['a', 'b', 'c'], ['a', 'b', 'c'])).toEqual(['abc', 0]);
});

test('a row that rose stays under the pointer and is counted', () => {
  expect(shown(['a', 'b', 'c'], ['c', 'a', 'b'])).toEqual(['abc', 1]);
  expect(shown(['a', 'b', 'c'], ['c', 'b', 'a'])).toEqual(['abc', 2]);
});

test('a new row waits above', () => {
  expect(shown(['a', 'b'], ['x', 'a', 'b'])).toEqual(['ab', 1]);
});

test('a row that is gone goes at once', () => {
  expect(shown(['a', 'b', 'c'], ['a', 'c'])).toEqual(['ac', 0]);
});

test('the next page follows behind', () => {
  expect(shown(['a', 'b'], ['a', 'b', 'c', 'd'])).toEqual(['abcd', 0]);
});
