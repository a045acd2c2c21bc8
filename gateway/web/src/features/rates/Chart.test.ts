import { expect, test } from 'vitest';
import type { Rate } from './api';
import { inWords } from './Chart';
import { pointsOf } from './series';

const rate = (effective_on: string, unit_rate: string) => ({ currency: 'USD', effective_on, unit_rate, is_used: true, source: 'bank' }) as Rate;

test('a rate that holds over days off is told by the day for which it was set, as in the top bar', () => {
  const items = [rate('2026-11-20', '75.0995'), rate('2026-11-21', '75.5768')];
  const points = pointsOf({ currency: 'USD', from: '2026-11-20', until: '2026-11-30', before: null, items } as never, '2026-11-23');
  expect(inWords('USD', points)).toContain('до 75,5768 ₽ на 21.11.2026');
});
