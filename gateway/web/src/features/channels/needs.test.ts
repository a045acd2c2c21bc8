import { expect, test } from 'vitest';
import { stepsAfter } from './guides';
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

test('«то же секретное слово» is asked for only where one was given here', () => {
  expect(stepsAfter('smsc', { secret: true }).join()).toMatch(/секретное слово/);
  expect(stepsAfter('smsc', { secret: false, url_secret: true }).join()).not.toMatch(/секретное слово/);
});
