import { expect, test } from 'vitest';
import { quoted } from './quoted';

test('a name with quotes of its own has other ones inside', () => {
  expect(quoted('ООО «Дачный сезон»')).toBe('«ООО „Дачный сезон“»');
  expect(quoted('Ромашка')).toBe('«Ромашка»');
});
