import { expect, test } from 'vitest';
import type { Task } from './api';
import { endOf, stateOf, stateWords, tookWords } from './words';

const NOW = Date.parse('2026-06-05T12:00:00Z');

function task(more: Partial<Task>): Task {
  return {
    name: 'rates.daily',
    title: 'Курсы',
    plan: 'ежедневно',
    next_run_at: '2026-06-05T13:00:00Z',
    is_running: false,
    started_at: '2026-06-05T11:00:00Z',
    finished_at: '2026-06-05T11:00:01Z',
    duration_ms: 1000,
    outcome: 'done',
    report: 'Новых 3.',
    failures: 0,
    ...more,
  };
}

test('a task is running, waits for a copy, or stands as its last run ended', () => {
  const states = [
    task({ is_running: true }),
    task({ next_run_at: '2026-06-05T11:59:59Z' }),
    task({ outcome: null, started_at: null, finished_at: null }),
    task({}),
    task({ outcome: 'failed', failures: 3 }),
  ];
  expect(states.map((one) => stateOf(one, NOW))).toEqual(['running', 'due', 'never', 'done', 'failed']);
  expect(stateWords(states[4]!, NOW).replace('\u00a0', ' ')).toBe('Ошибка, 3 раза подряд');
});

test('who started a task hears of its end once it has one', () => {
  const before = task({});
  expect(endOf(before, task({ next_run_at: '2026-06-05T11:59:59Z' }))).toBeUndefined();
  expect(endOf(before, task({ is_running: true, started_at: '2026-06-05T12:00:00Z' }))).toBeUndefined();
  const after = { finished_at: '2026-06-05T12:00:02Z' };
  expect(endOf(before, task(after))).toEqual({ ok: true, words: 'Новых 3.' });
  expect(endOf(before, task({ ...after, outcome: 'failed', report: 'Банк России: не отвечает.' }))).toEqual({
    ok: false,
    words: 'Банк России: не отвечает.',
  });
});

test('a time is said as exactly as it matters', () => {
  const words = [40, 1234, 12_300, 65_000, 120_000].map((time) => tookWords(time).replaceAll('\u00a0', ' '));
  expect(words).toEqual(['меньше 0,1 с', '1,2 с', '12 с', '1 мин 5 с', '2 мин']);
});
