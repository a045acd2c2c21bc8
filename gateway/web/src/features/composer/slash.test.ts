import { expect, test } from 'vitest';
import { answered, slashAt } from './slash';

test('a slash at the beginning of a line asks, elsewhere it is a slash', () => {
  expect(slashAt('/', 1)).toEqual({ from: 0, to: 1, words: '' });
  expect(slashAt('Добрый день\n/сч', 15)).toEqual({ from: 12, to: 15, words: 'сч' });
  expect(slashAt('/сч', 2)).toEqual({ from: 0, to: 2, words: 'с' });
  expect(slashAt('и/или', 5)).toBeUndefined();
  expect(slashAt('/a/b', 4)).toBeUndefined();
  expect(slashAt('/сч', 0)).toBeUndefined();
  expect(slashAt(`/${'я'.repeat(41)}`, 42)).toBeUndefined();
});

test('the answer takes the place of the question and of nothing else', () => {
  const text = 'Добрый день\n/сч\nДо свидания';
  const slash = slashAt(text, 15)!;
  expect(answered(text, slash, 'Счёт ниже.')).toEqual({ text: 'Добрый день\nСчёт ниже.\nДо свидания', caret: 22 });
});
