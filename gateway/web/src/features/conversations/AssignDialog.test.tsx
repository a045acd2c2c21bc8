import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { colleaguesQuery } from '@/shared/colleagues';
import type { Conversation } from './api';
import AssignDialog from './AssignDialog';

const row = (id: string, clients: string[]) =>
  ({ id, clients: clients.map((client) => ({ id: client, name: client })) }) as unknown as Conversation;

afterEach(cleanup);

test('each client of the chosen conversations is given once, with the reason', async () => {
  const given: [string, unknown][] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const request = input as Request;
    given.push([new URL(request.url).pathname, await request.json()]);
    return Response.json({});
  });
  const cache = new QueryClient();
  cache.setQueryData(colleaguesQuery.queryKey, [
    { id: 'pavel', name: 'Павел', post: null, disabled: false },
    { id: 'gone', name: 'Ушедший', post: null, disabled: true },
  ]);
  const done = vi.fn();
  render(
    <MantineProvider>
      <QueryClientProvider client={cache}>
        <AssignDialog picked={[row('1', ['mir']), row('2', ['mir', 'dom'])]} onClose={() => undefined} onDone={done} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  await screen.findByText(/Выбрано: 2 клиента/);
  fireEvent.click(screen.getByPlaceholderText('Выберите сотрудника'));
  fireEvent.click(await screen.findByText('Павел'));
  expect(screen.queryByText('Ушедший')).toBeNull();
  fireEvent.change(screen.getByLabelText('Почему'), { target: { value: 'Отпуск' } });
  fireEvent.click(screen.getByRole('button', { name: 'Назначить' }));
  await waitFor(() => expect(done).toHaveBeenCalledOnce());
  const body = { responsible_id: 'pavel', reason: 'Отпуск', until: null };
  expect(given).toEqual([
    ['/api/clients/mir/transfer', body],
    ['/api/clients/dom/transfer', body],
  ]);
});
