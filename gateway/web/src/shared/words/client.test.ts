import { expect, test } from 'vitest';
import { statusOf } from './client';

test('a card with somebody responsible is never said to be in the common base', () => {
  const anna = { id: 'anna', name: 'Анна' };
  expect(statusOf({ status: 'common_base', responsible: null })).toEqual({ word: 'Общая база' });
  expect(statusOf({ status: 'common_base', responsible: anna }).word).toBe('Без договора');
  expect(statusOf({ status: 'client', responsible: anna })).toEqual({ word: 'Клиент' });
  expect(statusOf({ status: 'client', responsible: null })).toEqual({ word: 'Клиент' });
});
