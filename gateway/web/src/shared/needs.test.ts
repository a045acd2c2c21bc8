import { expect, test } from 'vitest';
import { missingToSend } from './needs';

test('SMSC sends by a key or by a login with its password, and half of either is not enough', () => {
  expect(missingToSend('smsc', {})).toMatch(/ключ API или логин с паролем/);
  expect(missingToSend('smsc', { login: 'hub', password: ' ' })).toBeDefined();
  expect(missingToSend('smsc', { login: 'hub', password: 'x' })).toBeUndefined();
  expect(missingToSend('smsc', { apikey: 'k' })).toBeUndefined();
});

test('a channel whose fields are all required lacks nothing more', () => {
  expect(missingToSend('telegram', {})).toBeUndefined();
});
