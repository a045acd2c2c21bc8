import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { meQuery } from '@/shared/me';
import type { Entry } from './api';
import { NoteField } from './NoteField';

const COMPANY = { id: 'romashka', name: 'Ромашка' };

let sent: { id: string; text: string }[];

function hub(answers: (() => Response | Promise<Response>)[]) {
  sent = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const request = input as Request;
    if (!request.url.endsWith('/notes')) return new Response('', { status: 404 });
    sent.push(await request.json());
    return (answers.shift() ?? (() => Response.json({ id: sent.at(-1)!.id, kind: 'note' }, { status: 201 })))();
  });
}

function show() {
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false }, mutations: { networkMode: 'always' } } });
  cache.setQueryData(meQuery.queryKey, { id: 'me', name: 'Я', rights: { 'clients.write': 'own' } } as never);
  const rows: Entry[] = [];
  render(
    <MantineProvider>
      <QueryClientProvider client={cache}>
        <NoteField companies={[COMPANY]} onRow={(row) => rows.push(row)} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return rows;
}

const field = () => screen.getByLabelText<HTMLTextAreaElement>('Текст комментария');

function press(text: string) {
  fireEvent.change(field(), { target: { value: text } });
  fireEvent.keyDown(field(), { key: 'Enter' });
}

beforeEach(() => localStorage.clear());
afterEach(cleanup);

test('a comment is written once, however often the answer is lost', async () => {
  hub([() => new Response('', { status: 502 })]);
  const rows = show();
  press('Платит в срок');
  await screen.findByText(/Нет связи/);
  await waitFor(() => expect(rows).toHaveLength(1), { timeout: 4000 });
  expect(sent.map((note) => note.id)).toEqual([sent[0]!.id, sent[0]!.id]);
  await waitFor(() => expect(field().value).toBe(''));
});

test('a refused comment stays in the field', async () => {
  hub([() => Response.json({ type: 'foreign-client', title: 'Чужой клиент', status: 403, detail: 'Клиента передали.' }, { status: 403 })]);
  show();
  press('Не пропадёт');
  await screen.findByText(/Клиента передали/);
  expect(field().value).toBe('Не пропадёт');
});

test('what a closed tab had not been told of goes under the same id again', async () => {
  hub([() => new Promise(() => undefined)]);
  show();
  press('Закрыли вкладку');
  await waitFor(() => expect(sent).toHaveLength(1));
  const [first] = sent;
  cleanup();
  hub([]);
  show();
  expect(field().value).toBe('Закрыли вкладку');
  fireEvent.keyDown(field(), { key: 'Enter' });
  await waitFor(() => expect(sent).toEqual([first]));
});
