import { expect, test } from 'vitest';
import type { RatesNow } from './api';
import { decimal, shortDay, signed, typedDecimal, warningOf } from './words';

const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');

function told(warning: RatesNow['warning'], more: Partial<RatesNow> = {}): RatesNow {
  const rate = { currency: 'USD', effective_on: '2026-06-05', nominal: 1, value: '97.8335', unit_rate: '97.8335' } as never;
  const item = (currency: string, known: boolean) => ({ currency, rate: known ? rate : null }) as never;
  return { today: '2026-06-06', base: 'RUB', items: [item('USD', true), item('KGS', warning !== 'no_rate')], warning, bank: null, ...more };
}

const BANK = {
  tried_at: '2026-06-06T12:00:00Z',
  succeeded_at: '2026-06-05T12:00:00Z',
  failing_since: '2026-06-06T11:00:00Z',
  error: 'не отвечает',
  asked_today: 3,
};

test('a decimal is shown as it was published, never by way of a float', () => {
  expect(plain(decimal('123456789012345678.1234567891'))).toBe('123 456 789 012 345 678,1234567891');
  expect([decimal('1.005', { min: 2, max: 2 }), decimal('97.8', { min: 2, max: 2 })]).toEqual(['1,01', '97,80']);
  expect([signed('-0.1225'), signed('0.12')]).toEqual(['\u22120,1225', '+0,12']);
});

test('a sum is taken as people type it', () => {
  expect(['1 250,50', '1\u00a0250.5', '-3', '', '1,2,3', 'сто'].map(typedDecimal)).toEqual([
    '1250.50',
    '1250.5',
    '-3',
    undefined,
    undefined,
    undefined,
  ]);
});

test('the day of a rate has its year where it is not this one', () => {
  expect([shortDay('2026-06-05', '2026-06-06'), shortDay('2025-12-31', '2026-01-08')]).toEqual(['05.06', '31.12.2025']);
});

test('a bank that does not answer is told with the day of the rates and what to do', () => {
  const warning = warningOf(told('source_failing', { bank: BANK }), false)!;
  expect(warning.short).toBe('Банк России не отвечает');
  expect(warning.title).toContain('Банк России: не отвечает');
  expect(warning.todo).toContain('на 05.06.2026');
  expect(warning.todo).toContain('введёт бухгалтер');
  expect(warning.grave).toBe(false);
  expect(warningOf(told('source_failing', { bank: BANK }), true)!.todo).toContain('введите его вручную');
});

test('old and missing rates are alarms, and the missing ones are named', () => {
  expect(warningOf(told(null), true)).toBeUndefined();
  expect(warningOf(told('stale'), true)).toMatchObject({ short: 'Курсы устарели', grave: true });
  expect(warningOf(told('no_rate'), true)).toMatchObject({ short: 'Нет курса: KGS', grave: true });
  expect(warningOf(told('source_out', { bank: BANK }), true)!.todo).toContain('cbr.ru');
});
