import { notifications } from '@mantine/notifications';
import { beforeEach, expect, test, vi } from 'vitest';
import { tellToday } from './tell';

let counts = { overdue: 1, today: 3 };

function stand(isWide: boolean) {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () => Response.json(counts));
  vi.stubGlobal('matchMedia', () => ({ matches: isWide }));
  return vi.spyOn(notifications, 'show').mockReturnValue('');
}

beforeEach(() => {
  localStorage.clear();
  counts = { overdue: 1, today: 3 };
});

test('the day is told once, and again when more is late', async () => {
  const show = stand(true);
  await tellToday(() => undefined);
  await tellToday(() => undefined);
  expect(show).toHaveBeenCalledOnce();
  counts = { overdue: 2, today: 2 };
  await tellToday(() => undefined);
  expect(show).toHaveBeenCalledTimes(2);
});

test('on a telephone nothing lies over what is pressed first', async () => {
  const show = stand(false);
  await tellToday(() => undefined);
  expect(show).not.toHaveBeenCalled();
});
