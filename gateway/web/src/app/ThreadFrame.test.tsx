import { MantineProvider } from '@mantine/core';
import { cleanup, render, screen } from '@testing-library/react';
import { useEffect } from 'react';
import { afterEach, expect, test, vi } from 'vitest';
import { ThreadFrame } from './ThreadFrame';
import { useBare } from './useBare';

afterEach(cleanup);

let wereThere: boolean[] = [];

function Words({ onShown }: { onShown: () => void }) {
  useEffect(() => {
    wereThere = ['поле', 'карточка'].map((words) => screen.queryByText(words) !== null);
    onShown();
  }, [onShown]);
  return 'слова';
}

function Thread() {
  const { isBare, onShown } = useBare();
  return (
    <ThreadFrame name="Анна" isBare={isBare} back={() => undefined} composer={<p>поле</p>} context={() => <p>карточка</p>}>
      <Words onShown={onShown} />
    </ThreadFrame>
  );
}

test('the field and the card are drawn after the words of the thread', async () => {
  // Three panes.
  const narrow = globalThis.matchMedia;
  vi.spyOn(globalThis, 'matchMedia').mockImplementation((media) => ({ ...narrow(media), matches: true }));
  render(<Thread />, { wrapper: MantineProvider });
  expect(wereThere).toEqual([false, false]);
  await screen.findByText('поле');
  screen.getByText('карточка');
});
