import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, configure, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { Roles } from './Roles';

configure({ asyncUtilTimeout: 4000 });

afterEach(cleanup);

test('a right is a word until it is pressed, and then a list', async () => {
  const sent: unknown[] = [];
  const role = { code: 'manager', name: 'Менеджер', users: 2, rights: { 'clients.read': 'own' } };
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const request = input as Request;
    if (request.method !== 'GET') sent.push(await request.json());
    return Response.json(request.method === 'GET' ? { items: [role], rights: ['clients.read'] } : role);
  });
  const cache = new QueryClient({ defaultOptions: { queries: { networkMode: 'always' }, mutations: { networkMode: 'always' } } });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={cache}>
        <Roles />
      </QueryClientProvider>
    </MantineProvider>,
  );
  const cell = await screen.findByRole('button', { name: /^Менеджер: .*: свои$/ });
  expect(screen.queryByRole('combobox')).toBeNull();
  fireEvent.click(cell);
  fireEvent.click(await screen.findByRole('option', { name: 'все' }));
  await waitFor(() => expect(sent).toEqual([{ rights: { 'clients.read': 'all' } }]));
});
