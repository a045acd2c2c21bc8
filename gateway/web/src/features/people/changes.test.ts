import { expect, test } from 'vitest';
import { changedFields } from './changes';

const NAMES = {
  people: new Map([['019a0000-0000-7000-8000-000000000001', 'Анна Петрова'], ['019a0000-0000-7000-8000-000000000002', 'Борис Ильин']]),
  roles: new Map([['manager', 'Менеджер']]),
};
const [ANNA, BORIS] = NAMES.people.keys() as unknown as [string, string];
type Args = Parameters<typeof changedFields>;

/** «Поле: было → стало», a line each. */
function lines(subject: Args[0], before: Args[1], after: Args[2]): string[] {
  return changedFields(subject, before, after, NAMES).map(({ name, before, after }) => `${name}: ${[before, after].filter((side) => side !== undefined).join(' → ')}`);
}

test('a change is told field by field in words, and what stayed is left out', () => {
  const before = { name: 'Ромашка', status: 'common_base', responsible_id: ANNA, inn: null, version: 1 };
  const after = { name: 'Ромашка', status: 'client', responsible_id: BORIS, inn: '7707083893', version: 2 };
  expect(lines('client', before, after)).toEqual([
    'Статус: Общая база → Клиент',
    'Ответственный: Анна Петрова → Борис Ильин',
    'ИНН: пусто → 7707083893',
  ]);
});

test('a person who is named beside his number is told once', () => {
  expect(lines('task', { responsible_id: ANNA, responsible: 'Анна Петрова' }, { responsible_id: BORIS, responsible: 'Борис Ильин' })).toEqual([
    'Ответственный: Анна Петрова → Борис Ильин',
  ]);
});

test('moments, days, terms, clocks, numbers and switches are told as people read them', () => {
  const after = { until: '2026-11-24', quiet_from: '21:00:00', enabled: true, phone: '+79161112233', ends_at: '2026-11-24T09:05:00Z' };
  expect(lines('client', null, after)).toEqual([
    'Вернётся: 24.11.2026',
    'Тихие часы с: 21:00',
    'Включено: да',
    expect.stringMatching(/^Телефон: \+7.916.111-22-33$/),
    expect.stringMatching(/^Доступ до: 24\.11\.2026.*:05$/),
  ]);
  expect(lines('task', { due: { kind: 'never' } }, { due: { kind: 'day', day: '2026-11-24' } })).toEqual(['Срок: без срока → 24.11.2026']);
});

test('one word means another thing in another kind of line', () => {
  expect(lines('interaction', { result: null }, { result: 'call_again' })).toEqual(['Результат: пусто → Перезвонить']);
  expect(lines('delivery', { state: 'failed' }, null)).toEqual(['Состояние: не отправлено']);
  expect(lines('user', { roles: [] }, { roles: ['manager', 'head'] })).toEqual(['Роли: пусто → Менеджер, head']);
  expect(lines('role', { 'clients.read': 'own' }, { 'clients.read': 'all' })[0]).toMatch(/: свои → все$/);
});

test('what nobody has named falls back to key and value, never to braces', () => {
  const after = { brand_new: { deep_one: [1, { more: 'x' }] }, odd: '019a0000-0000-7000-8000-0000000abcde' };
  const told = lines('client', null, after);
  expect(told).toEqual(['brand new: deep one: 1, more: x', 'odd: № 0abcde']);
  expect(told.join()).not.toMatch(/[{}"]/);
});
