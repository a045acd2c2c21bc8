import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, configure, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import type { NewTask, Task } from '../tasks';
import TaskForm from './TaskForm';

// The first screen of a run loads the router beside it.
configure({ asyncUtilTimeout: 5000 });

const ANNA = { id: '0190aaaa-0000-7000-8000-000000000001', name: 'Анна Петрова' };
const TASK: Task = {
  id: '0190aaaa-0000-7000-8000-00000000000a',
  author: ANNA,
  responsible: ANNA,
  kind: 'call',
  title: 'Перезвонить',
  text: null,
  due: { kind: 'at', at: '2020-01-01T07:00:00Z' },
  due_at: '2020-01-01T07:00:00Z',
  client: null,
  client_hidden: false,
  interaction_id: null,
  created_at: '2019-12-31T07:00:00Z',
  closed_at: null,
  closed_by: null,
  closings: [],
};

type Answer = { status: number; type: string } | undefined;

/** Answers presses one after the other, `undefined` by a lost connection; what was sent is kept. */
function show(task: Task | undefined, answers: Answer[], zone = 'UTC') {
  const sent: (Partial<NewTask> & { method: string })[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const request = input as Request;
    if (request.method === 'GET') return Response.json(request.url.endsWith('/colleagues') ? [] : TASK);
    sent.push({ method: request.method, ...(await request.json()) });
    const answer = answers.shift();
    if (!answer) throw new TypeError('no connection');
    return Response.json({ title: 'Отказ', ...answer }, { status: answer.status });
  });
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false, networkMode: 'always' }, mutations: { networkMode: 'always' } } });
  cache.setQueryData(['me'], { id: ANNA.id, name: ANNA.name, login: 'anna', company_zone: zone, rights: { 'tasks.use': 'own' } });
  cache.setQueryDefaults(['me'], { staleTime: Infinity });
  const form = () => <TaskForm task={task} onClose={() => undefined} />;
  const router = createRouter({ routeTree: createRootRoute({ component: form }), history: createMemoryHistory() });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={cache}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return sent;
}

const write = (title: string) => fireEvent.change(screen.getByLabelText('Что сделать'), { target: { value: title } });
const press = async (name: string, sent: unknown[], count: number) => {
  fireEvent.click(screen.getByText(name).closest('button')!);
  await waitFor(() => expect(sent.length).toBe(count));
  await screen.findByText(/^(Отказ|Нет связи с сервером)$/);
};

afterEach(cleanup);

test('an id stays while nothing is known of a press, and other words after a refusal have their own', async () => {
  const sent = show(undefined, [undefined, { status: 409, type: 'not_now' }, { status: 422, type: 'invalid' }, undefined]);
  await screen.findByLabelText('Что сделать');
  write('Счёт');
  await press('Поставить', sent, 1);
  write('Счёт и акт');
  await press('Поставить', sent, 2);
  expect(sent[1]?.id).toBe(sent[0]?.id);
  await screen.findByText('Уже поставлена');
  await screen.findByText('Перезвонить');
  write('Акт');
  await press('Поставить', sent, 3);
  expect(sent[2]?.id).not.toBe(sent[1]?.id);
  // The same words at once would be the second half of a double press.
  await new Promise((passed) => setTimeout(passed, 600));
  await press('Поставить', sent, 4);
  expect(sent[3]?.id).toBe(sent[2]?.id);
}, 20_000);

test('of a changed task the changed fields alone are sent', async () => {
  const sent = show(TASK, [undefined]);
  await screen.findByLabelText('Что сделать');
  write('Перезвонить утром');
  await press('Сохранить', sent, 1);
  expect(sent).toEqual([{ method: 'PATCH', title: 'Перезвонить утром' }]);
}, 20_000);

test('the day and the hour are those of the company, and the viewer’s own are said beside them', async () => {
  const sent = show(undefined, [undefined], 'Asia/Novosibirsk');
  await screen.findByLabelText('Что сделать');
  write('Счёт');
  const day = screen.getByLabelText('Срок');
  fireEvent.change(day, { target: { value: '10.12.2099' } });
  fireEvent.blur(day);
  fireEvent.change(screen.getByLabelText('Время'), { target: { value: '3:00' } });
  await screen.findByText('По времени компании: Новосибирск, UTC+7. У вас будет 09.12.2099, 20:00.');
  await press('Поставить', sent, 1);
  expect(sent[0]?.due).toEqual({ kind: 'at', at: '2099-12-09T20:00:00.000Z' });
}, 20_000);

test('«Сегодня» is the day of the company', async () => {
  // In Novosibirsk the 24th has begun an hour ago.
  vi.useFakeTimers({ now: Date.parse('2026-11-23T18:00:00Z'), toFake: ['Date'] });
  const sent = show(undefined, [undefined], 'Asia/Novosibirsk');
  await screen.findByLabelText('Что сделать');
  write('Счёт');
  fireEvent.click(screen.getByRole('button', { name: 'Сегодня' }));
  fireEvent.change(screen.getByLabelText('Время'), { target: { value: '' } });
  await press('Поставить', sent, 1);
  expect(sent[0]?.due).toEqual({ kind: 'day', day: '2026-11-24' });
  vi.useRealTimers();
}, 20_000);
