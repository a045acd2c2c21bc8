import { expect, test } from 'vitest';
import { measureWords } from './measure';

const told = (measure: unknown) => measureWords({ text: '', fields: [], missing: [], measure } as never)?.replaceAll('\u00a0', ' ');

test('signs and parts are told before sending', () => {
  expect(told({ characters: 71, parts: 2, left_in_part: 63, alphabet: 'cyrillic' })).toBe(
    '71 знак, 2 части SMS, кириллица, до следующей части 63 знака',
  );
  expect(told({ characters: 160, parts: 1, left_in_part: 0, alphabet: 'latin' })).toBe('160 знаков, 1 часть SMS, латиница');
  expect(told(null)).toBeUndefined();
});
