import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, configure, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { colleaguesQuery } from '@/shared/colleagues';
import { meQuery } from '@/shared/me';
import type { Conversation } from './api';
import AssignDialog from './AssignDialog';

const row = (id: string, clients: string[]) =>
  ({ id, clients: clients.map((client) => ({ id: client, name: client })) }) as unknown as Conversation;

// The calendar comes along with the first screen of a run.
configure({ asyncUtilTimeout: 5000 });
afterEach(cleanup);

const LASTING = (client: string, from: string, ends_at: string) => ({
  id: client,
  client_id: client,
  client_name: client,
  from: { id: from, name: from },
  to: { id: 'boris', name: 'Борис' },
  ends_at,
  outcome: null,
});

/** Answers with the handovers that last; what was given is kept. */
function show(lasting: unknown[] = []) {
  const given: [string, unknown][] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const request = input as Request;
    const path = new URL(request.url).pathname;
    const body: unknown = await request.json();
    if (path === '/api/handovers/lasting') {
      expect(body).toEqual({ client_ids: ['mir', 'dom'] });
      return Response.json(lasting);
    }
    given.push([path, body]);
    return Response.json({});
  });
  const cache = new QueryClient();
  cache.setQueryData(meQuery.queryKey, { id: 'rop', company_zone: 'Asia/Novosibirsk', rights: {} } as never);
  cache.setQueryDefaults(['me'], { staleTime: Infinity });
  cache.setQueryData(colleaguesQuery.queryKey, [
    { id: 'pavel', name: 'Павел', post: null, disabled: false },
    { id: 'anna', name: 'Анна', post: null, disabled: false },
    { id: 'gone', name: 'Ушедший', post: null, disabled: true },
  ]);
  const done = vi.fn();
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={cache}>
        <AssignDialog picked={[row('1', ['mir']), row('2', ['mir', 'dom'])]} onClose={() => undefined} onDone={done} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { given, done };
}

const choose = async (name: string) => {
  fireEvent.click(screen.getByPlaceholderText('Выберите сотрудника'));
  fireEvent.click(await screen.findByText(name));
};

test('each client of the chosen conversations is given once, with the reason', async () => {
  const { given, done } = show();
  await screen.findByText(/Выбрано: 2 клиента/);
  await choose('Павел');
  expect(screen.queryByText('Ушедший')).toBeNull();
  fireEvent.change(screen.getByLabelText('Почему'), { target: { value: 'Отпуск' } });
  fireEvent.click(screen.getByRole('button', { name: 'Назначить' }));
  await waitFor(() => expect(done).toHaveBeenCalledOnce());
  const body = { responsible_id: 'pavel', reason: 'Отпуск', until: null };
  expect(given).toEqual([
    ['/api/clients/mir/transfer', body],
    ['/api/clients/dom/transfer', body],
  ]);
}, 20_000);

test('before the move it says whose returns it ends, and when they would have been', async () => {
  // Midnight of the 14th in Novosibirsk; in the browser it is still the 13th.
  show([LASTING('mir', 'anna', '2026-12-13T17:00:00Z'), LASTING('dom', 'vera', '2026-12-19T17:00:00Z')]);
  await screen.findByText('У 2 клиентов передача на время: возврат отменится');
  screen.getByText('Вернулся бы к прежнему ответственному (anna) 14.12.2026: mir.');
  screen.getByText('Вернулся бы к прежнему ответственному (vera) 20.12.2026: dom.');
  // To Anna herself her client just goes back.
  await choose('Анна');
  await screen.findByText('У 1 клиента передача на время: возврат отменится');
  expect(screen.queryByText(/anna/)).toBeNull();
}, 20_000);

test('a day of return begins at the midnight of the company', async () => {
  const { given, done } = show();
  await choose('Павел');
  const day = screen.getByLabelText('Вернуть');
  fireEvent.change(day, { target: { value: '10.12.2099' } });
  fireEvent.blur(day);
  fireEvent.change(screen.getByLabelText('Почему'), { target: { value: 'Отпуск' } });
  fireEvent.click(screen.getByRole('button', { name: 'Назначить' }));
  await waitFor(() => expect(done).toHaveBeenCalledOnce());
  expect(given[0]?.[1]).toEqual({ responsible_id: 'pavel', reason: 'Отпуск', until: '2099-12-09T17:00:00.000Z' });
}, 20_000);
