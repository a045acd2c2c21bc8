import { expect, test } from 'vitest';
import { barsOf } from './wave';

test('a short recording stands at the end, as it comes in', () => {
  expect(barsOf([0.2, 0.4], 4)).toEqual([0, 0, 0.2, 0.4]);
});

test('of a long one each bar is its loudest moment, and no moment is lost', () => {
  expect(barsOf([0.1, 0.9, 0.2, 0.3, 0.4], 2)).toEqual([0.9, 0.4]);
});
