import { expect, test } from 'vitest';
import { barsOf, levelsOf } from './wave';

test('a short recording stands at the end, as it comes in', () => {
  expect(barsOf([0.2, 0.4], 4)).toEqual([0, 0, 0.2, 0.4]);
});

test('of a long one each bar is its loudest moment, and no moment is lost', () => {
  expect(barsOf([0.1, 0.9, 0.2, 0.3, 0.4], 2)).toEqual([0.9, 0.4]);
});

test('a quiet sound is drawn as high as a loud one, and silence stays flat', () => {
  expect(levelsOf(Float32Array.of(0.1, -0.2, 0.05, 0), 2)).toEqual([1, expect.closeTo(0.25)]);
  expect(levelsOf(new Float32Array(8), 2)).toEqual([0, 0]);
});

test('a sound shorter than the wave loses nothing', () => {
  expect(levelsOf(Float32Array.of(1, 0.5), 4)).toEqual([0, 1, 0, 0.5]);
});
