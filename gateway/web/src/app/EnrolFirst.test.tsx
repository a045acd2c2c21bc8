import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { act, cleanup, configure, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { meQuery } from '@/shared/me';
import { EnrolFirst } from './EnrolFirst';

// The first screen of a run loads the router beside it.
configure({ asyncUtilTimeout: 5000 });

afterEach(cleanup);

test('the recovery codes outlast a new look at the profile', async () => {
  let enabled = false;
  const me = () => ({ id: 'me', login: 'anna', name: 'Анна', rights: {}, second_factor: { enabled, required: true, recovery_codes: 0 } });
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const request = input as Request;
    if (request.method === 'POST') {
      return Response.json({ secret: 'ABCD', uri: 'otpauth://totp/x', qr: 'data:image/png;base64,AA' }, { status: 201 });
    }
    if (request.method !== 'PUT') return Response.json(me());
    enabled = true;
    return Response.json({ codes: ['aaaaa-bbbbb'] });
  });
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } });
  cache.setQueryData(meQuery.queryKey, me() as never);
  const screenOf = () => <EnrolFirst>Весь Узел</EnrolFirst>;
  const router = createRouter({ routeTree: createRootRoute({ component: screenOf }), history: createMemoryHistory() });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={cache}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  fireEvent.click(await screen.findByText('Подключить'));
  fireEvent.change(screen.getByLabelText('Ваш пароль'), { target: { value: 'верный' } });
  fireEvent.click(screen.getByText('Продолжить'));
  fireEvent.change(await screen.findByLabelText(/Введите код/), { target: { value: '123456' } });
  fireEvent.click(screen.getByText('Включить'));
  await screen.findByText('aaaaa-bbbbb');
  await act(async () => {
    await cache.refetchQueries({ queryKey: meQuery.queryKey });
    // The cache tells its screens in a task of its own.
    await new Promise((told) => setTimeout(told, 20));
  });
  screen.getByText('aaaaa-bbbbb');
  expect(screen.queryByText('Весь Узел')).toBeNull();
  fireEvent.click(screen.getByText('Коды сохранены'));
  await screen.findByText('Весь Узел');
});
