import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import type { Account } from './api';
import { Seats } from './Seats';

afterEach(cleanup);

test('a free extension of the settings is given to an employee by choosing him', async () => {
  const sent: unknown[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const asked = input as Request;
    if (asked.method === 'PUT') {
      sent.push(await asked.json());
      return Response.json({ items: [{ account_id: 'a', number: '101', user: { id: 'u1', name: 'Анна Петрова' } }] });
    }
    if (asked.url.includes('/api/colleagues')) return Response.json({ items: [{ id: 'u1', name: 'Анна Петрова', disabled: false }] });
    return Response.json({ items: [] });
  });
  const cache = new QueryClient({ defaultOptions: { queries: { networkMode: 'always' }, mutations: { networkMode: 'always' } } });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={cache}>
        <Seats account={{ id: 'a', settings: { extensions: '101' } } as unknown as Account} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  const seat = await screen.findByRole('combobox', { name: 'Кто за добавочным 101' });
  fireEvent.click(seat);
  fireEvent.click(await screen.findByRole('option', { name: 'Анна Петрова' }));
  await waitFor(() => expect(seat).toHaveProperty('value', 'Анна Петрова'));
  expect(sent).toEqual([{ account_id: 'a', number: '101', user_id: 'u1' }]);
});
