import { MantineProvider } from '@mantine/core';
import { cleanup, render } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { WindowedLog } from './WindowedLog';

afterEach(cleanup);

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
