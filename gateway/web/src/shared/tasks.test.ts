import { expect, test } from 'vitest';
import { ownZone } from './format';
import { dueWords, groupOf, putOff, type TaskDue } from './tasks';

// The browser of these tests is in UTC; the company is seven hours ahead.
const NOVOSIBIRSK = 'Asia/Novosibirsk';
const now = Date.parse('2026-11-23T12:00:00Z');
const at = (text: string): TaskDue => ({ kind: 'at', at: new Date(text).toISOString() });
const until = (text: string) => ({ due: at(text), due_at: new Date(text).toISOString() });
const whole = (day: string, ends: string) => ({ due: { kind: 'day' as const, day }, due_at: ends });

test('a task stands among the late, those of today, later ones, or without a term, by the days of the company', () => {
  expect(ownZone).not.toBe(NOVOSIBIRSK);
  const group = (text: string, zone = NOVOSIBIRSK) => groupOf(until(text), now, zone);
  expect(group('2026-11-23T11:59:00Z')).toBe('late');
  expect(group('2026-11-23T16:59:00Z')).toBe('today');
  expect(group('2026-11-23T17:10:00Z')).toBe('later');
  expect(group('2026-11-23T17:10:00Z', 'UTC')).toBe('today');
  expect(groupOf({ due: { kind: 'never' }, due_at: null }, now, NOVOSIBIRSK)).toBe('never');
});

test('a whole day is the day of the company, wherever one looks at it', () => {
  // In Novosibirsk the 24th has begun an hour ago.
  const night = Date.parse('2026-11-23T18:00:00Z');
  const days = [
    whole('2026-11-23', '2026-11-23T17:00:00Z'),
    whole('2026-11-24', '2026-11-24T17:00:00Z'),
    whole('2026-11-25', '2026-11-25T17:00:00Z'),
    whole('2026-11-26', '2026-11-26T17:00:00Z'),
  ];
  expect(days.map((task) => groupOf(task, night, NOVOSIBIRSK))).toEqual(['late', 'today', 'later', 'later']);
  expect(days.map(({ due }) => dueWords(due, night, NOVOSIBIRSK))).toEqual(['вчера', 'сегодня', 'завтра', '26.11.2026']);
});

test('a day of 25 hours is one day', () => {
  // In Berlin the 25th of October has just begun; its clocks go back in the night.
  const midnight = Date.parse('2026-10-24T22:30:00Z');
  expect(groupOf(whole('2026-10-25', '2026-10-25T23:00:00Z'), midnight, 'Europe/Berlin')).toBe('today');
  expect(putOff({ kind: 'never' }, 1, midnight, 'Europe/Berlin')).toEqual({ kind: 'day', day: '2026-10-26' });
  // 15:30 stays 15:30, although the day between is longer.
  const moved = putOff(at('2026-10-24T13:30:00Z'), 1, midnight, 'Europe/Berlin');
  expect(moved).toEqual(at('2026-10-26T14:30:00Z'));
});

test('what is put off keeps its time of day and counts from the company’s today', () => {
  const night = Date.parse('2026-11-23T18:00:00Z');
  expect(putOff(at('2026-11-20T08:30:00Z'), 1, night, NOVOSIBIRSK)).toEqual(at('2026-11-25T08:30:00Z'));
  expect(putOff({ kind: 'day', day: '2026-11-20' }, 7, night, NOVOSIBIRSK)).toEqual({ kind: 'day', day: '2026-12-01' });
  expect(putOff({ kind: 'never' }, 1, now, 'UTC')).toEqual({ kind: 'day', day: '2026-11-24' });
});

test('a term is said as people say it, and whose time it is where it is not the viewer’s', () => {
  expect(dueWords(at('2026-11-24T10:00:00Z'), now, 'UTC')).toBe('завтра, 10:00');
  expect(dueWords(at('2026-11-23T20:00:00Z'), now, NOVOSIBIRSK)).toBe('завтра, 03:00 (Новосибирск, UTC+7)');
  expect(dueWords({ kind: 'day', day: '2026-11-23' }, now, 'UTC')).toBe('сегодня');
  expect(dueWords({ kind: 'day', day: '2026-12-05' }, now, NOVOSIBIRSK)).toBe('05.12.2026');
  expect(dueWords({ kind: 'day', day: '2026-11-23' }, now, 'UTC', true)).toBe('23.11.2026');
  expect(dueWords({ kind: 'never' }, now, NOVOSIBIRSK)).toBe('без срока');
});
