import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, configure, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { meQuery } from '@/shared/me';
import SettingsPage from './SettingsPage';

configure({ asyncUtilTimeout: 5000 });
afterEach(cleanup);

function open(path: string, rights: Record<string, string>) {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () => Response.json({ count: 0 }));
  const cache = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  cache.setQueryData(meQuery.queryKey, { id: 'me', login: 'me', name: 'Я', roles: [], rights } as never);
  const root = createRootRoute({ component: SettingsPage });
  const screenOf = createRoute({ getParentRoute: () => root, path: '$', component: () => <p>Сам раздел</p> });
  const router = createRouter({ routeTree: root.addChildren([screenOf]), history: createMemoryHistory({ initialEntries: [path] }) });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={cache}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

test('a section without its right is not begun, nor is what lies under it', async () => {
  open('/settings/channels/one', { 'bridge.manage': 'all' });
  await screen.findByText(/Для раздела «Каналы» у вас нет права/);
  expect(screen.queryByText('Сам раздел')).toBeNull();
});

test('a section with its right opens', async () => {
  open('/settings/channels', { 'accounts.manage': 'all' });
  await screen.findByText('Сам раздел');
});
