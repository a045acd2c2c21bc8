import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import type { Task } from './api';
import { Schedule } from './Schedule';

const TASK: Task = {
  name: 'rates.daily',
  title: 'Курсы на завтра',
  plan: 'ежедневно в 15:35 (Europe/Moscow)',
  next_run_at: '2100-01-01T12:35:00Z',
  is_running: false,
  started_at: '2026-06-05T12:35:00Z',
  finished_at: '2026-06-05T12:35:01Z',
  duration_ms: 1200,
  outcome: 'done',
  report: 'Курсы на 06.06.2026: новых 3.',
  failures: 0,
};

/** Answers the list with these states one after the other; the last one stays. */
function hub(states: Task[], run: () => Response) {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const request = input as Request;
    if (request.method === 'POST') return run();
    const task = states.length > 1 ? states.shift()! : states[0]!;
    return Response.json({ items: [task], zone: 'Europe/Moscow' });
  });
}

function show() {
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false, networkMode: 'always' }, mutations: { networkMode: 'always' } } });
  cache.setQueryData(['rates'], 'old');
  render(
    <MantineProvider env="test">
      <Notifications />
      <QueryClientProvider client={cache}>
        <Schedule />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { cache };
}

afterEach(cleanup);

test('a task is started, its progress shown and its end told, and other screens grow old', async () => {
  const due = { ...TASK, next_run_at: '2026-06-05T12:40:00Z' };
  const failed = { ...TASK, finished_at: '2026-06-05T12:40:02Z', outcome: 'failed' as const, failures: 1, report: 'Банк России: не отвечает.' };
  hub([TASK, due, { ...due, is_running: true }, failed], () => Response.json(due, { status: 202 }));
  const { cache } = show();
  fireEvent.click(await screen.findByLabelText('Запустить сейчас: Курсы на завтра'));
  await screen.findByText('В очереди');
  expect(screen.getByLabelText('Запустить сейчас: Курсы на завтра')).toHaveProperty('disabled', true);
  await screen.findByText('Выполняется', undefined, { timeout: 4000 });
  await screen.findByText(/^Не получилось: 1\s+задача/, undefined, { timeout: 4000 });
  // In the note of the end, above the table, and in the row.
  await waitFor(() => expect(screen.getAllByText(/Банк России: не отвечает\./)).toHaveLength(3));
  await waitFor(() => expect(cache.getQueryState(['rates'])?.isInvalidated).toBe(true));
}, 15_000);

test('a refusal is told and the task stays as it was', async () => {
  const problem = { type: 'conflict', title: 'Нельзя', status: 409, detail: 'Задача уже выполняется.' };
  hub([TASK], () => Response.json(problem, { status: 409 }));
  show();
  fireEvent.click(await screen.findByLabelText('Запустить сейчас: Курсы на завтра'));
  await screen.findByText('Задача уже выполняется.');
  screen.getByText('Готово');
});

test('who has no right is told so', async () => {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () =>
    Response.json({ type: 'forbidden', title: 'Нет права', status: 403, detail: 'Нужно право «Расписание».' }, { status: 403 }),
  );
  show();
  await screen.findByText('Нет доступа');
});
