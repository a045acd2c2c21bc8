import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { SetPassword } from './SetPassword';
import { SetUp } from './SetUp';

let asked: unknown[] = [];

function show(Screen: () => React.ReactNode, live: boolean) {
  asked = [];
  location.hash = '#the-token';
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    asked.push(await (input as Request).json());
    return Response.json({ live });
  });
  const router = createRouter({ routeTree: createRootRoute({ component: Screen }), history: createMemoryHistory() });
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false, networkMode: 'always' } } })}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

afterEach(cleanup);

test('a link that was used or is too old says so before anything is typed, and what to do', async () => {
  show(SetPassword, false);
  await screen.findByText('Ссылка больше не действует');
  screen.getByText(/попросите у администратора новую ссылку/);
  expect(screen.queryByLabelText('Новый пароль')).toBeNull();
  expect(asked).toEqual([{ token: 'the-token', purpose: 'password' }]);
});

test('a link that works asks for the password', async () => {
  show(SetPassword, true);
  await screen.findByLabelText('Новый пароль');
});

test('the link of the first set-up is asked about too', async () => {
  show(SetUp, false);
  await screen.findByText('Ссылка больше не действует');
  expect(asked).toEqual([{ token: 'the-token', purpose: 'setup' }]);
});
