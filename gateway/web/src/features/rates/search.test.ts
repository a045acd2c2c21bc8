import { expect, test } from 'vitest';
import { daysOf, RatesSearch, wrongDays } from './search';

test('an address says a currency and a period, and what is none of them is left out', () => {
  expect(RatesSearch({ currency: 'CNY', period: 'year' })).toEqual({ currency: 'CNY', period: 'year', from: undefined, until: undefined });
  expect(RatesSearch({ currency: '<b>', period: 'ever', from: '2026-13-40', until: 7 })).toEqual({
    currency: undefined,
    period: undefined,
    from: undefined,
    until: undefined,
  });
});

test('days of ones own go before a period', () => {
  const today = '2026-06-05';
  expect(daysOf({ period: 'month' }, today)).toEqual({ from: '2026-05-06' });
  expect(daysOf({ period: 'month', from: '2026-01-01' }, today)).toEqual({ from: '2026-01-01', until: undefined });
  expect(daysOf({ until: '2026-01-01' }, today)).toEqual({ from: '2025-01-01', until: '2026-01-01' });
});

test('a period that the hub would refuse is told before it is asked', () => {
  const today = '2026-06-05';
  expect(wrongDays({ from: '2026-01-01' }, today)).toBeUndefined();
  expect(wrongDays({ from: '2026-02-01', until: '2026-01-01' }, today)).toContain('позже последнего');
  expect(wrongDays({ from: '2010-01-01' }, today)).toContain('десяти лет');
});
