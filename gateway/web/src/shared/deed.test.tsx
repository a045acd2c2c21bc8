import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { useDeed } from './deed';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const cache = new QueryClient();
const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={cache}>{children}</QueryClientProvider>;

/** A deed that is answered when the test says so. */
function pressed<Given>() {
  const answers: (() => void)[] = [];
  const asked = vi.fn((_given: Given) => new Promise<number>((answer) => answers.push(() => answer(answers.length))));
  const { result } = renderHook(() => useDeed<number, Error, Given>({ mutationFn: asked }), { wrapper });
  const later = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
  return { asked, later, press: (given: Given) => result.current.mutate(given), result, answer: () => answers.at(-1)!() };
}

test('two presses before anything is drawn are one deed', async () => {
  const { asked, later, press } = pressed<{ name: string }>();
  act(() => {
    press({ name: 'Сайт' });
    press({ name: 'Сайт' });
  });
  await later(5000);
  press({ name: 'Сайт' });
  await later(0);
  expect(asked).toHaveBeenCalledTimes(1);
});

test('the second half of a double press begins nothing after a quick answer', async () => {
  const { asked, later, press, answer } = pressed<string>();
  press('да');
  await later(0);
  answer();
  await later(120);
  press('да');
  await later(0);
  expect(asked).toHaveBeenCalledTimes(1);
  await later(600);
  press('да');
  await later(0);
  expect(asked).toHaveBeenCalledTimes(2);
});

test('who waits for a press twice gets the one answer', async () => {
  const { later, result, answer } = pressed<void>();
  const both = Promise.all([result.current.mutateAsync(), result.current.mutateAsync()]);
  await later(0);
  answer();
  expect(await both).toEqual([1, 1]);
});

test('other words and other files are other deeds', async () => {
  const words = pressed<{ id: string }>();
  words.press({ id: 'a' });
  words.press({ id: 'b' });
  const files = pressed<File>();
  files.press(new File(['1'], 'a.txt'));
  files.press(new File(['2'], 'a.txt'));
  await words.later(0);
  expect([words.asked.mock.calls.length, files.asked.mock.calls.length]).toEqual([2, 2]);
});

test('who thinks better of it twice has the last word', async () => {
  const { asked, later, press } = pressed<{ on: boolean }>();
  for (const on of [true, false, true]) press({ on });
  await later(0);
  expect(asked.mock.calls.map(([given]) => given.on)).toEqual([true, false, true]);
});

test('every change of the application is a deed', () => {
  const sources = import.meta.glob<string>(['/src/**/*.{ts,tsx}', '!/src/**/*.test.{ts,tsx}', '!/src/api/schema.d.ts'], {
    query: '?raw',
    import: 'default',
    eager: true,
  });
  const bare = Object.keys(sources).filter((path) => /\buseMutation\b/.test(sources[path]!));
  expect(bare).toEqual(['/src/shared/deed.ts']);
});
