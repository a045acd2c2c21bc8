import { expect, test } from 'vitest';
import { rests, tomorrowAtNine } from './rest';

test('tomorrow is the next day, also behind the end of a year', () => {
  expect(tomorrowAtNine(new Date(2026, 10, 22, 23, 59))).toEqual(new Date(2026, 10, 23, 9));
  expect(tomorrowAtNine(new Date(2026, 11, 31, 0, 1))).toEqual(new Date(2027, 0, 1, 9));
});

test('a closed conversation rests, one that was put off until its time', () => {
  const since = '2026-11-22T10:00:00Z';
  const now = Date.parse('2026-11-23T06:00:00Z');
  expect(rests({ rest: null }, now)).toBe(false);
  expect(rests({ rest: { since, until: null } }, now)).toBe(true);
  expect(rests({ rest: { since, until: '2026-11-23T06:00:01Z' } }, now)).toBe(true);
  expect(rests({ rest: { since, until: '2026-11-23T06:00:00Z' } }, now)).toBe(false);
});
