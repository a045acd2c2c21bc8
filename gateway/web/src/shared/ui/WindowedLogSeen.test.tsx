import { MantineProvider } from '@mantine/core';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { WindowedLog } from './WindowedLog';

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const ROWS = Array.from({ length: 50 }, (_, index) => ({ key: String(index) }));
const NOTHING = { has: false, load: () => undefined, toEnd: () => undefined };

/** A log of rows of 76 px in a window of 600 px; what it tells as seen. */
function watched(rows: { key: string }[], start: number, own?: string) {
  vi.useFakeTimers();
  const seen: string[][] = [];
  const said: string[][] = [];
  const keysOf = (told: { key: string }[]) => told.map(({ key }) => key);
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockImplementation(function (this: HTMLElement) {
    return this.role === 'log' ? 600 : 76;
  });
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600);
  vi.spyOn(HTMLElement.prototype, 'scrollHeight', 'get').mockReturnValue(12 + 76 * rows.length + 12);
  const log = (shown: typeof rows, mine?: string) => (
    <MantineProvider>
      <WindowedLog label="Лента" rows={shown} heightOf={() => 76} draw={({ key }) => key} older={NOTHING} newer={NOTHING} isLoading={false} ids={[]} start={start} own={mine} onSeen={(told) => seen.push(keysOf(told))} onOwn={(drawn) => said.push(keysOf(drawn))} />
    </MantineProvider>
  );
  const { rerender } = render(log(rows, own));
  const box = screen.getByRole('log');
  const scrollTo = (top: number) => {
    box.scrollTop = top;
    fireEvent.scroll(box);
  };
  return { seen, said, scrollTo, show: (shown: typeof rows, mine?: string) => rerender(log(shown, mine)) };
}

const isLookedAt = (is: boolean) => vi.spyOn(document, 'hasFocus').mockReturnValue(is);

test('rows count as seen after a second on the screen, and those that are cut or below it do not', () => {
  isLookedAt(true);
  const { seen, scrollTo } = watched(ROWS, 20);
  scrollTo(12 + 10 * 76);
  vi.advanceTimersByTime(900);
  expect(seen).toEqual([]);
  vi.advanceTimersByTime(200);
  expect(seen).toEqual([['10', '11', '12', '13', '14', '15', '16']]);
});

test('what was passed by in less than a second is not seen', () => {
  isLookedAt(true);
  const { seen, scrollTo } = watched(ROWS, 20);
  scrollTo(12 + 10 * 76);
  vi.advanceTimersByTime(900);
  scrollTo(12 + 30 * 76);
  vi.advanceTimersByTime(900);
  expect(seen).toEqual([]);
  vi.advanceTimersByTime(200);
  expect(seen.map(([first]) => first)).toEqual(['30']);
});

test('in a page without the focus nothing is seen, and the second begins when it comes back', () => {
  const focus = isLookedAt(false);
  const { seen, scrollTo } = watched(ROWS, 20);
  scrollTo(12 + 10 * 76);
  vi.advanceTimersByTime(5000);
  expect(seen).toEqual([]);
  focus.mockReturnValue(true);
  fireEvent.focus(window);
  vi.advanceTimersByTime(900);
  expect(seen).toEqual([]);
  vi.advanceTimersByTime(200);
  expect(seen).toHaveLength(1);
});

test('whoever adds to the log is told of with what is drawn there, and a page in the background is not', () => {
  const focus = isLookedAt(true);
  const { said, show } = watched(ROWS, -1);
  show([...ROWS, { key: 'mine' }], 'mine');
  expect([said.length, said[0]!.includes('49')]).toEqual([1, true]);
  focus.mockReturnValue(false);
  show([...ROWS, { key: 'mine' }, { key: 'again' }], 'again');
  expect(said).toHaveLength(1);
});
