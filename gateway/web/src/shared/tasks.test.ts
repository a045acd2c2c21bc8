import { expect, test } from 'vitest';
import { dueWords, groupOf, putOff, termWords } from './tasks';

const now = Date.parse('2026-11-23T12:00:00');
const at = (text: string) => new Date(text).toISOString();
const until = (text: string) => ({ due: { kind: 'at' as const, at: at(text) }, due_at: at(text) });

test('a task stands among the late, those of today, later ones, or without a term', () => {
  expect(groupOf(until('2026-11-23T11:59:00'), now)).toBe('late');
  expect(groupOf(until('2026-11-23T23:00:00'), now)).toBe('today');
  expect(groupOf(until('2026-11-24T00:10:00'), now)).toBe('later');
  expect(groupOf({ due: { kind: 'never' }, due_at: null }, now)).toBe('never');
});

test('a whole day is of its day, although it ends at midnight', () => {
  const day = (day: string, ends: string) => groupOf({ due: { kind: 'day', day }, due_at: at(ends) }, now);
  expect(day('2026-11-23', '2026-11-24T00:00:00')).toBe('today');
  expect(day('2026-11-24', '2026-11-25T00:00:00')).toBe('later');
  expect(day('2026-11-22', '2026-11-23T00:00:00')).toBe('late');
});

test('a whole day is the day of the company, wherever one looks at it', () => {
  // In Novosibirsk the 24th has begun an hour ago.
  const night = Date.parse('2026-11-23T18:00:00Z');
  const today = { due: { kind: 'day' as const, day: '2026-11-24' }, due_at: '2026-11-24T17:00:00Z' };
  const tomorrow = { due: { kind: 'day' as const, day: '2026-11-25' }, due_at: '2026-11-25T17:00:00Z' };
  const later = { due: { kind: 'day' as const, day: '2026-11-26' }, due_at: '2026-11-26T17:00:00Z' };
  expect([today, tomorrow].map((task) => groupOf(task, night))).toEqual(['today', 'later']);
  expect([today, tomorrow, later].map((task) => termWords(task, night))).toEqual(['сегодня', 'завтра', '26.11.2026']);
});

test('what is put off keeps its time of day and counts from today', () => {
  expect(putOff({ kind: 'at', at: at('2026-11-20T15:30:00') }, 1, now)).toEqual({ kind: 'at', at: at('2026-11-24T15:30:00') });
  expect(putOff({ kind: 'day', day: '2026-11-20' }, 7, now)).toEqual({ kind: 'day', day: '2026-11-30' });
  expect(putOff({ kind: 'never' }, 1, now)).toEqual({ kind: 'day', day: '2026-11-24' });
});

test('a term is said as people say it', () => {
  expect(dueWords({ kind: 'at', at: at('2026-11-24T10:00:00') }, now)).toBe('завтра, 10:00');
  expect(dueWords({ kind: 'day', day: '2026-11-23' }, now)).toBe('сегодня');
  expect(dueWords({ kind: 'day', day: '2026-12-05' }, now)).toBe('05.12.2026');
  expect(dueWords({ kind: 'day', day: '2026-11-23' }, now, true)).toBe('23.11.2026');
  expect(dueWords({ kind: 'never' }, now)).toBe('без срока');
});
