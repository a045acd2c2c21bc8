import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, configure, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import type { Task } from '@/shared/tasks';
import { TaskItem } from './TaskItem';

// The first screen of a run loads the router beside it.
configure({ asyncUtilTimeout: 5000 });

const ANNA = { id: '0190aaaa-0000-7000-8000-000000000001', name: 'Анна Петрова' };
const HEAD = { id: '0190aaaa-0000-7000-8000-000000000002', name: 'Роман Орлов' };
const TASK: Task = {
  id: '0190aaaa-0000-7000-8000-00000000000a',
  author: HEAD,
  responsible: ANNA,
  kind: 'call',
  title: 'Перезвонить',
  text: null,
  due: { kind: 'at', at: '2020-01-01T07:00:00Z' },
  due_at: '2020-01-01T07:00:00Z',
  client: null,
  client_hidden: true,
  interaction_id: null,
  created_at: '2019-12-31T07:00:00Z',
  closed_at: null,
  closed_by: null,
  closings: [],
};

/** Answers everything with this task, or refuses to close it; what is sent is kept. */
function show(task: Task, refusal?: string) {
  const asked: { path: string; body: unknown }[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const sent = input as Request;
    if (sent.method !== 'GET') {
      const body = sent.headers.get('content-type') ? await sent.json() : undefined;
      const path = new URL(sent.url).pathname.replace(`/api/tasks/${task.id}`, '');
      asked.push({ path, body });
      if (refusal && path === '/close') return Response.json({ status: 409, code: 'not_now', detail: refusal }, { status: 409 });
    }
    return Response.json(task);
  });
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false, networkMode: 'always' }, mutations: { networkMode: 'always' } } });
  cache.setQueryData(['me'], { id: ANNA.id, name: ANNA.name, login: 'anna', rights: { 'tasks.use': 'own' } });
  cache.setQueryDefaults(['me'], { staleTime: Infinity });
  const what = () => (
    <ul>
      <TaskItem task={task} onOpen={() => undefined} onEdit={() => undefined} />
    </ul>
  );
  const router = createRouter({ routeTree: createRootRoute({ component: what }), history: createMemoryHistory() });
  render(
    <MantineProvider env="test">
      <Notifications />
      <QueryClientProvider client={cache}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return asked;
}

afterEach(cleanup);

test('a task is closed with its result, and the strip takes it back', async () => {
  const asked = show({ ...TASK, client_hidden: false });
  fireEvent.click(await screen.findByRole('button', { name: 'Закрыть: Перезвонить' }));
  fireEvent.change(screen.getByLabelText('Результат'), { target: { value: ' Дозвонилась ' } });
  fireEvent.click(screen.getByRole('button', { name: 'Закрыть задачу' }));
  fireEvent.click(await screen.findByRole('button', { name: 'Вернуть' }));
  await waitFor(() => expect(asked.length).toBe(2));
  expect(asked).toEqual([
    { path: '/close', body: { result: 'Дозвонилась' } },
    { path: '/reopen', body: undefined },
  ]);
});

test('a result stays in its field while the task is not closed', async () => {
  const asked = show(TASK, 'Эту задачу уже закрыли.');
  fireEvent.click(await screen.findByRole('button', { name: 'Закрыть: Перезвонить' }));
  fireEvent.change(screen.getByLabelText('Результат'), { target: { value: 'Дозвонилась' } });
  fireEvent.click(screen.getByRole('button', { name: 'Закрыть задачу' }));
  await screen.findByText('Не получилось');
  expect(asked.length).toBe(1);
  expect(screen.getByLabelText<HTMLTextAreaElement>('Результат').value).toBe('Дозвонилась');
});

test('a late task says so, who set it, and nothing of a foreign client', async () => {
  show(TASK);
  await screen.findByText('просрочена: 01.01.2020, 07:00', { exact: false });
  screen.getByText('автор: Роман Орлов');
  screen.getByText('клиент другого менеджера');
  expect(screen.queryByRole('link')).toBeNull();
});

test('a closed task says who closed it and is opened again', async () => {
  const asked = show({ ...TASK, client_hidden: false, closed_at: '2020-01-02T07:00:00Z', closed_by: HEAD });
  await screen.findByText(/закрыта 02\.01\.2020.*Роман Орлов/);
  fireEvent.click(screen.getByRole('button', { name: 'Открыть снова' }));
  await waitFor(() => expect(asked).toEqual([{ path: '/reopen', body: undefined }]));
});
