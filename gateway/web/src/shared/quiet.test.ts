import { expect, test } from 'vitest';
import { isQuiet, quietWords } from './quiet';

const NIGHT = { quiet_from: '21:00:00', quiet_until: '09:00:00' };

test('the night is that of the zone, over midnight, and its end belongs to the day', () => {
  const at = (time: string) => Date.parse(`2026-11-24T${time}Z`);
  expect(isQuiet(NIGHT, at('17:59:00'), 'Europe/Moscow')).toBe(false);
  expect(isQuiet(NIGHT, at('18:00:00'), 'Europe/Moscow')).toBe(true);
  expect(isQuiet(NIGHT, at('02:00:00'), 'Europe/Moscow')).toBe(true);
  expect(isQuiet(NIGHT, at('06:00:00'), 'Europe/Moscow')).toBe(false);
  expect(isQuiet(NIGHT, at('12:00:00'), 'Asia/Vladivostok')).toBe(true);
});

test('a rest by day is quiet, and equal times are never', () => {
  const at = Date.parse('2026-11-24T10:30:00Z');
  expect(isQuiet({ quiet_from: '13:00:00', quiet_until: '14:00:00' }, at, 'Europe/Moscow')).toBe(true);
  expect(isQuiet({ quiet_from: '13:00:00', quiet_until: '13:00:00' }, at, 'Europe/Moscow')).toBe(false);
  expect(quietWords(NIGHT)).toBe('21:00–9:00');
});
