import { expect, test } from 'vitest';
import type { Entry } from './api';
import { changeOf } from './notes';

const LOCKED_AT = '2026-11-23T12:00:00Z';
const entry = { author: { user_id: 'anna', name: 'Анна' }, note: { version: 1, locked_at: LOCKED_AT } } as Entry;
const [before, after] = [Date.parse(LOCKED_AT) - 1, Date.parse(LOCKED_AT)];

test('the author has a day, colleagues have nothing, and whoever corrects all has no end', () => {
  expect(changeOf(entry, 'anna', false, before)).toEqual({ by: 'mine', until: after });
  expect(changeOf(entry, 'anna', false, after)).toEqual({ by: 'locked', since: LOCKED_AT });
  expect(changeOf(entry, 'boris', false, before)).toEqual({ by: 'nobody' });
  expect(changeOf(entry, 'boris', true, after)).toEqual({ by: 'any' });
});
