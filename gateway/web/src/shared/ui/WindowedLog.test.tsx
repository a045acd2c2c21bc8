import { MantineProvider } from '@mantine/core';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { WindowedLog } from './WindowedLog';

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const ROWS = Array.from({ length: 50 }, (_, index) => ({ key: String(index) }));
const NOTHING = { has: false, load: () => undefined, toEnd: () => undefined };

/** Which rows are drawn when a log opens. */
function drawnAt(start: number, jump?: { key: string; index: number }): number[] {
  const drawn = new Set<number>();
  const draw = ({ key }: { key: string }) => {
    drawn.add(Number(key));
    return key;
  };
  render(
    <MantineProvider>
      <WindowedLog label="Лента" rows={ROWS} heightOf={() => 76} draw={draw} older={NOTHING} newer={NOTHING} isLoading={false} ids={[]} start={start} jump={jump} />
    </MantineProvider>,
  );
  return [...drawn].toSorted((one, other) => one - other);
}

test('a log that opens at its end draws the newest rows and never the oldest', () => {
  const drawn = drawnAt(-1);
  expect(drawn.at(-1)).toBe(49);
  expect(drawn.length).toBeLessThan(25);
  expect(drawn[0]).toBeGreaterThan(25);
});

test('a log that opens at an unread row, or jumps to one, draws what is around it', () => {
  const atUnread = drawnAt(20);
  cleanup();
  const atJump = drawnAt(-1, { key: '30', index: 30 });
  expect([atUnread.includes(20), atUnread.includes(0), atUnread.includes(49)]).toEqual([true, false, false]);
  expect([atJump.includes(30), atJump.includes(0), atJump.includes(49)]).toEqual([true, false, false]);
});

/** An open log whose window is as high as it is told, with a browser's habit of cutting what lies below the end. */
function windowOf(height: number, start: number): { box: HTMLElement; resize: (height: number) => void } {
  const measured = new Set<() => void>();
  vi.stubGlobal(
    'ResizeObserver',
    class {
      constructor(private readonly tell: () => void) {}
      observe = (box: Element) => box.role === 'log' && measured.add(this.tell);
      unobserve() {}
      disconnect() {}
    },
  );
  let [seen, top] = [height, 0];
  const whole = 4000;
  const end = () => Math.max(0, whole - seen);
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockImplementation(() => seen);
  vi.spyOn(HTMLElement.prototype, 'scrollHeight', 'get').mockImplementation(() => whole);
  vi.spyOn(Element.prototype, 'scrollTop', 'get').mockImplementation(() => (top = Math.min(top, end())));
  vi.spyOn(Element.prototype, 'scrollTop', 'set').mockImplementation((to) => (top = Math.min(Math.max(0, to), end())));
  render(
    <MantineProvider>
      <WindowedLog label="Лента" rows={ROWS} heightOf={() => 76} draw={({ key }) => key} older={NOTHING} newer={NOTHING} isLoading={false} ids={[]} start={start} />
    </MantineProvider>,
  );
  const box = screen.getByRole('log');
  const resize = (to: number) => {
    seen = to;
    // The browser cuts first, and tells of it before the heights are told.
    if (top > end()) {
      top = end();
      fireEvent.scroll(box);
    }
    for (const tell of measured) tell();
  };
  return { box, resize };
}

test('whoever stands at the end stays there when the field below comes, grows and shrinks', () => {
  const { box, resize } = windowOf(600, -1);
  for (const height of [540, 380, 440, 640, 600]) {
    resize(height);
    expect(4000 - height - box.scrollTop, `in a window of ${height} px`).toBe(0);
  }
});

test('whoever reads above is not moved by the field below', () => {
  const { box, resize } = windowOf(600, -1);
  box.scrollTop = 1500;
  fireEvent.scroll(box);
  for (const height of [540, 640, 380]) {
    resize(height);
    expect(box.scrollTop, `in a window of ${height} px`).toBe(1500);
  }
});

test('whoever came back to the end stays there again', () => {
  const { box, resize } = windowOf(600, 20);
  box.scrollTop = 3400;
  fireEvent.scroll(box);
  resize(500);
  expect(box.scrollTop).toBe(3500);
});
