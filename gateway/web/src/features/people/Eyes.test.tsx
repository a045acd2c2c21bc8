import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, configure, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { Eyes } from './Eyes';

// The first screen of a run loads the router beside it.
configure({ asyncUtilTimeout: 5000 });

const SIGHT = {
  user_id: 'anna',
  name: 'Анна Петрова',
  lent: 2,
  rights: [
    { right: 'clients.read', scope: 'all', from: [{ name: 'Менеджер', scope: 'own' }, { name: 'Секретарь', scope: 'all' }] },
    { right: 'users.manage', scope: null, from: [] },
  ],
};

function show() {
  const asked: string[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const { method, url } = input as Request;
    const { pathname } = new URL(url);
    asked.push(`${method} ${pathname}`);
    if (pathname.endsWith('/eyes')) return Response.json(SIGHT);
    const items = pathname.endsWith('/clients') ? [{ id: 'c', name: 'ООО «Ромашка»', inn: null, city: 'Тула', responsible: null }] : [];
    return Response.json({ items, next_cursor: null });
  });
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false, networkMode: 'always' } } });
  const root = createRootRoute();
  const frame = createRoute({ getParentRoute: () => root, id: 'frame' });
  const settings = createRoute({ getParentRoute: () => frame, path: '/settings' });
  const eyes = createRoute({ getParentRoute: () => settings, path: 'users/$userId/eyes', component: Eyes });
  const router = createRouter({
    routeTree: root.addChildren([frame.addChildren([settings.addChildren([eyes])])]),
    history: createMemoryHistory({ initialEntries: ['/settings/users/anna/eyes'] }),
  });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={cache}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return asked;
}

afterEach(cleanup);

test('each right says how far it goes and from which role', async () => {
  show();
  await screen.findByText('Вы смотрите глазами: Анна Петрова');
  screen.getByText('Менеджер (свои), Секретарь (все)');
  screen.getByText('нет');
  screen.getByText(/открыт доступ к 2\sчужим клиентам/);
  expect(screen.getByRole('link', { name: 'Вернуться' }).getAttribute('href')).toBe('/settings/users');
});

test('lists are read when they are opened, and nothing else is ever sent', async () => {
  const asked = show();
  fireEvent.click(await screen.findByRole('tab', { name: 'Клиенты' }));
  await screen.findByText('ООО «Ромашка»');
  fireEvent.click(screen.getByRole('tab', { name: 'Диалоги' }));
  await screen.findByText('Диалогов не видно');
  expect(asked).toEqual(['', '/clients', '/conversations'].map((what) => `GET /api/users/anna/eyes${what}`));
});
