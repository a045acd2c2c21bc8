import { expect, test } from 'vitest';
import { rests } from './rest';

test('a closed conversation rests, one that was put off until its time', () => {
  const since = '2026-11-22T10:00:00Z';
  const now = Date.parse('2026-11-23T06:00:00Z');
  expect(rests({ rest: null }, now)).toBe(false);
  expect(rests({ rest: { since, until: null } }, now)).toBe(true);
  expect(rests({ rest: { since, until: '2026-11-23T06:00:01Z' } }, now)).toBe(true);
  expect(rests({ rest: { since, until: '2026-11-23T06:00:00Z' } }, now)).toBe(false);
});
