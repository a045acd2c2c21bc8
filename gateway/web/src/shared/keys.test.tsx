import { MantineProvider, Popover } from '@mantine/core';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, expect, test } from 'vitest';
import { useSingleKeys } from './keys';

let acted: string[] = [];

function Screen() {
  const [open, setOpen] = useState(true);
  useSingleKeys({ Escape: () => acted.push('Escape'), KeyE: () => acted.push('E') });
  return (
    <MantineProvider>
      <Popover opened={open} onChange={setOpen} transitionProps={{ duration: 0 }}>
        <Popover.Target>
          <button type="button">Позже</button>
        </Popover.Target>
        <Popover.Dropdown>
          <button type="button">Через час</button>
        </Popover.Dropdown>
      </Popover>
    </MantineProvider>
  );
}

afterEach(() => {
  cleanup();
  acted = [];
});

test('Escape closes what lies over the screen, and only then leaves the screen', () => {
  render(<Screen />);
  const inside = screen.getByText('Через час');
  fireEvent.keyDown(inside, { key: 'e', code: 'KeyE' });
  fireEvent.keyDown(inside, { key: 'Escape', code: 'Escape' });
  expect([acted, screen.queryByText('Через час')]).toEqual([[], null]);
  fireEvent.keyDown(document.body, { key: 'Escape', code: 'Escape' });
  fireEvent.keyDown(document.body, { key: 'e', code: 'KeyE' });
  expect(acted).toEqual(['Escape', 'E']);
});
