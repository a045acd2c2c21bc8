import { MantineProvider } from '@mantine/core';
import { Notifications, notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, configure, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import type { AccessRequest } from '@/shared/access';
import { AskForAccess } from '@/shared/ui/AskForAccess';
import { StubDialog } from '@/shared/ui/Stub';
import { AccessRequests } from './AccessRequests';

// The first screen of a run loads the router beside it.
configure({ asyncUtilTimeout: 5000 });

const REQUEST: AccessRequest = {
  id: '0190aaaa-0000-7000-8000-000000000001',
  client: { name: 'ООО «Ромашка»', inn: '7707083893', responsible: 'Анна Петрова' },
  client_id: null,
  reason: 'Звонил мне',
  author: { id: '0190aaaa-0000-7000-8000-000000000002', name: 'Борис Орлов' },
  created_at: '2026-11-22T09:00:00Z',
  state: 'open',
  decided_by: null,
  decided_at: null,
  comment: null,
  ends_at: null,
  is_over: false,
  revision: 2,
};

/** Answers lists with this request; what is sent is kept. */
function hub(request: AccessRequest): { path: string; body: unknown }[] {
  const asked: { path: string; body: unknown }[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const sent = input as Request;
    if (sent.method === 'GET') return Response.json({ items: [request], next_cursor: null });
    asked.push({ path: new URL(sent.url).pathname, body: sent.method === 'POST' ? await sent.json() : undefined });
    return sent.method === 'DELETE' ? new Response(null, { status: 204 }) : Response.json(request);
  });
  return asked;
}

function show(what: () => React.ReactNode, rights: Record<string, string>, at = '/') {
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false, networkMode: 'always' }, mutations: { networkMode: 'always' } } });
  cache.setQueryData(['me'], { id: 'x', name: 'Роман', login: 'head', rights });
  cache.setQueryDefaults(['me'], { staleTime: Infinity });
  const router = createRouter({ routeTree: createRootRoute({ component: what }), history: createMemoryHistory({ initialEntries: [at] }) });
  render(
    <MantineProvider env="test">
      <Notifications />
      <QueryClientProvider client={cache}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

const HEAD = { 'clients.read': 'all', 'clients.lend': 'all' };

afterEach(() => {
  notifications.clean();
  cleanup();
});

test('a press on a term opens the client in the revision that was read', async () => {
  const asked = hub(REQUEST);
  show(AccessRequests, HEAD);
  fireEvent.click(await screen.findByRole('button', { name: 'на 7 дней' }));
  await screen.findByText('Доступ открыт: Борис Орлов');
  expect(asked).toEqual([{ path: `/api/access-requests/${REQUEST.id}/decide`, body: { answer: 'week', revision: 2 } }]);
});

test('an access that was given by mistake is taken back from the strip', async () => {
  const asked: string[] = [];
  const open = { ...REQUEST, client_id: 'c1' };
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const sent = input as Request;
    const path = new URL(sent.url).pathname;
    if (sent.method !== 'GET') asked.push(`${sent.method} ${path}`);
    if (sent.method === 'DELETE') return new Response(null, { status: 204 });
    if (path.endsWith('/loans')) {
      return Response.json([
        { id: 'l1', user: REQUEST.author, may_end: true },
        { id: 'l2', user: { id: 'other', name: 'Вера' }, may_end: true },
      ]);
    }
    return Response.json(sent.method === 'GET' ? { items: [open], next_cursor: null } : open);
  });
  show(AccessRequests, HEAD);
  fireEvent.click(await screen.findByRole('button', { name: 'на сутки' }));
  fireEvent.click(await screen.findByRole('button', { name: 'Закрыть снова' }));
  await screen.findByText('Доступ снова закрыт: Борис Орлов');
  expect(asked).toEqual([`POST /api/access-requests/${REQUEST.id}/decide`, 'DELETE /api/loans/l1']);
});

test('a refusal goes with its reason and not without', async () => {
  const asked = hub(REQUEST);
  show(AccessRequests, HEAD);
  fireEvent.click(await screen.findByRole('button', { name: 'Отказать…' }));
  const send = screen.getByRole('button', { name: 'Отказать' });
  expect(send).toHaveProperty('disabled', true);
  fireEvent.change(screen.getByLabelText('Почему нет'), { target: { value: 'Анна на месте' } });
  fireEvent.click(send);
  await waitFor(() => expect(asked[0]?.body).toEqual({ answer: 'refuse', revision: 2, comment: 'Анна на месте' }));
});

test('an author takes his request back and decides nothing', async () => {
  const asked = hub(REQUEST);
  show(AccessRequests, { 'clients.read': 'own' });
  fireEvent.click(await screen.findByRole('button', { name: 'Отозвать' }));
  await waitFor(() => expect(asked).toEqual([{ path: `/api/access-requests/${REQUEST.id}`, body: undefined }]));
  expect(screen.queryByRole('button', { name: 'без срока' })).toBeNull();
});

test('access that is over says so and until when it was', async () => {
  hub({ ...REQUEST, state: 'granted', decided_by: { id: 'a', name: 'Анна Петрова' }, decided_at: '2026-11-22T09:05:00Z', ends_at: '2026-11-23T09:05:00Z', is_over: true });
  show(AccessRequests, { 'clients.read': 'own' });
  await screen.findByText('Доступ закончился');
  screen.getByText(/Срок — до 23\.11\.2026/);
});

test('a stub that waits for a decision says since when in place of the button', async () => {
  hub(REQUEST);
  const Stubs = () => (
    <>
      <AskForAccess stub={REQUEST.client} />
      <AskForAccess stub={{ ...REQUEST.client, inn: '7707083885' }} />
    </>
  );
  show(Stubs, { 'clients.read': 'own' });
  await screen.findByText(/^Запрос ждёт решения с 22\.11\.2026/);
  expect(screen.getAllByRole('button', { name: /Запросить доступ/ })).toHaveLength(1);
});

test('a stub is asked for by its address, its ИНН or its name, whatever it has', async () => {
  const asked = hub(REQUEST);
  const Both = () => (
    <>
      <AskForAccess stub={{ ...REQUEST.client, name: 'По ИНН' }} />
      <AskForAccess stub={{ ...REQUEST.client, name: 'По адресу', inn: null }} clientId="c1" />
      <AskForAccess stub={{ ...REQUEST.client, name: 'По имени', inn: null }} />
      <AskForAccess stub={{ ...REQUEST.client, name: 'Без имени', inn: null }} />
    </>
  );
  show(Both, { 'clients.read': 'own' });
  for (const name of ['По ИНН', 'По адресу', 'По имени']) {
    fireEvent.click(await screen.findByRole('button', { name: `Запросить доступ: ${name}` }));
    fireEvent.change(await screen.findByLabelText('Зачем нужен доступ'), { target: { value: ' Звонил ' } });
    fireEvent.click(screen.getByRole('button', { name: 'Отправить запрос' }));
    await waitFor(() => expect(screen.queryByLabelText('Зачем нужен доступ')).toBeNull());
  }
  expect(asked.map((one) => one.body)).toEqual([
    { name: 'По ИНН', inn: '7707083893', responsible: REQUEST.client.responsible, reason: 'Звонил' },
    { client_id: 'c1', reason: 'Звонил' },
    { name: 'По имени', inn: null, responsible: REQUEST.client.responsible, reason: 'Звонил' },
  ]);
  expect(screen.queryByRole('button', { name: /Без имени/ })).toBeNull();
});

test('a notice leads to its request among the others', async () => {
  hub(REQUEST);
  show(AccessRequests, HEAD, `/#${REQUEST.id}`);
  const card = await screen.findByRole('article', { name: 'Доступ: ООО «Ромашка»' });
  await waitFor(() => expect(document.activeElement).toBe(card));
});

test('the dialog over a foreign client leads to the card when the access has been opened', async () => {
  hub({ ...REQUEST, state: 'granted', client_id: 'c1' });
  show(() => <StubDialog stub={REQUEST.client} onClose={() => undefined} />, { 'clients.read': 'own' });
  const open = await screen.findByRole('link', { name: 'Открыть карточку' });
  expect(open.getAttribute('href')).toBe('/clients/c1');
  expect(screen.queryByText(/Нет доступа/)).toBeNull();
});

test('an access that is over opens nothing', async () => {
  hub({ ...REQUEST, state: 'granted', client_id: 'c1', is_over: true });
  show(() => <StubDialog stub={REQUEST.client} onClose={() => undefined} />, { 'clients.read': 'own' });
  await screen.findByRole('button', { name: /Запросить доступ/ });
});
