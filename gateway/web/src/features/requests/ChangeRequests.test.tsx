import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, configure, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import type { ChangeRequest } from '@/shared/changeRequests';
import { ChangeRequests } from './ChangeRequests';

// The first screen of a run loads the router beside it.
configure({ asyncUtilTimeout: 5000 });

const REQUEST: ChangeRequest = {
  id: '0190aaaa-0000-7000-8000-000000000001',
  field: 'client.inn',
  client_id: null,
  contact_id: null,
  subject: 'ООО «Ромашка»',
  old_value: '7707083893',
  current_value: '7707083893',
  new_value: '500100732259',
  reason: 'Опечатка в договоре',
  author: { id: '0190aaaa-0000-7000-8000-000000000002', name: 'Анна Петрова' },
  author_lost_access: false,
  created_at: '2026-11-22T09:00:00Z',
  state: 'open',
  decided_by: null,
  decided_at: null,
  comment: null,
  rivals: 0,
  revision: 3,
};

interface Asked {
  path: string;
  body?: unknown;
}

/** Answers lists with this request; what is sent is kept. */
function hub(request: ChangeRequest, answer: () => Response): Asked[] {
  const asked: Asked[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const sent = input as Request;
    const { pathname } = new URL(sent.url);
    if (sent.method !== 'GET') {
      asked.push({ path: pathname, body: sent.method === 'POST' ? await sent.json() : undefined });
      return answer();
    }
    if (pathname === '/api/contact-freeze') return Response.json({ enabled: true });
    return Response.json({ items: [request], next_cursor: null });
  });
  return asked;
}

function show(rights: Record<string, string>) {
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false, networkMode: 'always' }, mutations: { networkMode: 'always' } } });
  cache.setQueryData(['me'], { id: 'x', name: 'Виктор', login: 'boss', rights });
  cache.setQueryDefaults(['me'], { staleTime: Infinity });
  const router = createRouter({ routeTree: createRootRoute({ component: ChangeRequests }), history: createMemoryHistory() });
  render(
    <MantineProvider env="test">
      <Notifications />
      <QueryClientProvider client={cache}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

const BOSS = { 'clients.read': 'all', 'contacts.correct': 'all' };

afterEach(cleanup);

test('both values are shown and approved in the revision that was read', async () => {
  const asked = hub(REQUEST, () => Response.json({ ...REQUEST, state: 'approved' }));
  show(BOSS);
  await screen.findByText('7707083893');
  screen.getByText('500100732259');
  fireEvent.click(screen.getByRole('button', { name: 'Одобрить' }));
  await screen.findByText('Значение изменено');
  expect(asked).toEqual([{ path: `/api/change-requests/${REQUEST.id}/approve`, body: { revision: 3 } }]);
});

test('a refusal goes with its reason and not without', async () => {
  const asked = hub(REQUEST, () => Response.json({ ...REQUEST, state: 'refused' }));
  show(BOSS);
  fireEvent.click(await screen.findByRole('button', { name: 'Отклонить…' }));
  const send = screen.getByRole('button', { name: 'Отклонить' });
  expect(send).toHaveProperty('disabled', true);
  fireEvent.change(screen.getByLabelText('Почему нет'), { target: { value: 'Пришлите скан' } });
  fireEvent.click(send);
  await waitFor(() => expect(asked).toHaveLength(1));
  expect(asked[0]).toEqual({ path: `/api/change-requests/${REQUEST.id}/refuse`, body: { revision: 3, comment: 'Пришлите скан' } });
});

test('a value that changed meanwhile is told before it is replaced', async () => {
  const problem = { type: 'request-changed', title: 'Запрос изменился', status: 409, detail: 'Значение тем временем изменилось.' };
  hub({ ...REQUEST, current_value: '7736050003', rivals: 2 }, () => Response.json(problem, { status: 409 }));
  show(BOSS);
  await screen.findByText('Значение тем временем изменилось');
  screen.getByText(/Сейчас: 7736050003/);
  screen.getByText(/По этому полю есть ещё 2\sзапроса: одобрение/);
  fireEvent.click(screen.getByRole('button', { name: 'Одобрить' }));
  await screen.findByText(/Значение тем временем изменилось\./);
});

test('an author sees his own requests, takes one back, and decides nothing', async () => {
  const asked = hub(REQUEST, () => new Response(null, { status: 204 }));
  show({ 'clients.read': 'own' });
  fireEvent.click(await screen.findByRole('button', { name: 'Отозвать' }));
  await waitFor(() => expect(asked).toEqual([{ path: `/api/change-requests/${REQUEST.id}`, body: undefined }]));
  expect(screen.queryByRole('button', { name: 'Одобрить' })).toBeNull();
});

test('values of a client that the author has lost are not shown', async () => {
  hub({ ...REQUEST, subject: null, old_value: null, current_value: null, new_value: null, state: 'refused', comment: 'Нет' }, () => new Response());
  show({ 'clients.read': 'own' });
  await screen.findByText(/Вы больше не ведёте этого клиента/);
});
