import { expect, test } from 'vitest';
import type { Schema } from '@/api/client';
import { recordingWords } from './texts';

function call(talked: boolean[], recordings: number): Schema<'CallEntry'> {
  const segments = talked.map((has, index) => ({ extension: { number: String(101 + index) }, talk_us: has ? 1 : null }));
  return { segments, recordings: Array.from({ length: recordings }, () => ({})) } as unknown as Schema<'CallEntry'>;
}

test('a recording of several names its part and the extension that talked', () => {
  const transferred = call([true, false, true], 2);
  expect([0, 1].map((index) => recordingWords(transferred, index))).toEqual([
    'Запись разговора, часть 1 · 101',
    'Запись разговора, часть 2 · 103',
  ]);
});

test('where not each that talked was recorded, no extension is guessed', () => {
  expect(recordingWords(call([true, true, true], 2), 1)).toBe('Запись разговора, часть 2');
});
