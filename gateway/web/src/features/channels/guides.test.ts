import { expect, test } from 'vitest';
import { stepsAfter } from './guides';

test('«то же секретное слово» is asked for only where one was given here', () => {
  expect(stepsAfter('smsc', { secret: true }).join()).toMatch(/секретное слово/);
  expect(stepsAfter('smsc', { secret: false, url_secret: true }).join()).not.toMatch(/секретное слово/);
});
