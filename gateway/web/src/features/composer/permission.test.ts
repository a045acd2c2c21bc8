import { expect, test } from 'vitest';
import type { Schema } from '@/api/client';
import { permissionOf, windowWords } from './permission';

const told = (permission: unknown) => permissionOf({ permission, abilities: null } as Schema<'Writing'>);
const NOW = Date.parse('2026-11-22T12:00:00Z');

test('an open window tells how long it lasts only when it ends soon', () => {
  const words = (until: string) => windowWords(told({ permission: 'open', until }), NOW)?.replace('\u00a0', ' ');
  expect(words('2026-11-22T15:00:00Z')).toBe('окно 3 ч');
  expect(words('2026-11-23T11:00:00Z')).toBeUndefined();
  expect(windowWords(told({ permission: 'open', until: null }), NOW)).toBeNull();
});

test('a closed conversation says why', () => {
  expect(told({ permission: 'templates_only' })).toEqual({ kind: 'templates' });
  expect(told({ permission: 'closed', reason: 'Клиент заблокировал бота.' })).toEqual({
    kind: 'closed',
    reason: 'Клиент заблокировал бота.',
  });
  expect(told({ permission: 'word_of_tomorrow' }).kind).toBe('closed');
});
