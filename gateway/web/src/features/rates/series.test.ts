import { expect, test } from 'vitest';
import type { Rate } from './api';
import { courseOf, pointsOf } from './series';

function rate(effective_on: string, unit_rate: string, more: Partial<Rate> = {}): Rate {
  return {
    currency: 'USD',
    effective_on,
    nominal: 1,
    value: unit_rate,
    unit_rate,
    source: 'bank',
    fetched_at: '2026-06-01T12:00:00Z',
    reason: null,
    is_used: true,
    ...more,
  };
}

const days = (points: ReturnType<typeof pointsOf>) =>
  points.map(({ at, value }) => `${new Date(at * 1000).toISOString().slice(0, 10)} ${value}`);

test('the line begins with the rate before the period and holds the last one until today', () => {
  const history = { currency: 'USD', from: '2026-06-01', until: '2026-07-06', before: rate('2026-05-30', '80'), items: [rate('2026-06-02', '81')] };
  expect(days(pointsOf(history, '2026-06-05'))).toEqual(['2026-06-01 80', '2026-06-02 81', '2026-06-05 81']);
});

test('it does not go on behind the end of a period that is over, nor behind a rate of tomorrow', () => {
  const past = { currency: 'USD', from: '2026-05-01', until: '2026-05-10', before: null, items: [rate('2026-05-05', '80')] };
  expect(days(pointsOf(past, '2026-06-05'))).toEqual(['2026-05-05 80', '2026-05-10 80']);
  const ahead = { ...past, from: '2026-06-01', until: '2026-07-06', items: [rate('2026-06-05', '80'), rate('2026-06-06', '82')] };
  expect(days(pointsOf(ahead, '2026-06-05'))).toEqual(['2026-06-05 80', '2026-06-06 82']);
});

test('a rate that was replaced by hand is no point of it', () => {
  const items = [rate('2026-06-02', '90', { source: 'manual' }), rate('2026-06-02', '81', { is_used: false })];
  const points = pointsOf({ currency: 'USD', from: '2026-06-01', until: '2026-06-02', before: null, items }, '2026-06-02');
  expect(days(points)).toEqual(['2026-06-02 90']);
});

test('its course is its ends, its least and its most', () => {
  const items = [rate('2026-06-01', '80'), rate('2026-06-02', '85'), rate('2026-06-03', '79'), rate('2026-06-04', '82')];
  const course = courseOf(pointsOf({ currency: 'USD', from: '2026-06-01', until: '2026-06-04', before: null, items }, '2026-06-04'))!;
  expect([course.first, course.last, course.least, course.most].map((point) => point.value)).toEqual([80, 82, 79, 85]);
  expect(courseOf([])).toBeUndefined();
});
