import { MantineProvider } from '@mantine/core';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, configure, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { RailItem } from './Frame';
import { sections } from './sections';
import { theme } from './theme';

configure({ asyncUtilTimeout: 5000 });
afterEach(cleanup);

test('the name beside an item goes when it is pressed, and comes again when the pointer has been elsewhere', async () => {
  const calls = sections.find((section) => section.to === '/calls')!;
  const router = createRouter({
    routeTree: createRootRoute({ component: () => <RailItem section={calls} isNamed={false} /> }),
    history: createMemoryHistory(),
  });
  render(
    <MantineProvider theme={theme} env="test">
      <RouterProvider router={router as never} />
    </MantineProvider>,
  );
  const item = await screen.findByRole('link', { name: 'Звонки' });
  fireEvent.mouseEnter(item);
  await screen.findByRole('tooltip');
  fireEvent.click(item);
  await waitFor(() => expect(screen.queryByRole('tooltip')).toBeNull());
  fireEvent.pointerLeave(item);
  fireEvent.mouseLeave(item);
  fireEvent.mouseEnter(item);
  await screen.findByRole('tooltip');
});
