import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { meQuery } from '@/shared/me';
import type { Entry } from './api';
import { Composer } from './Composer';
import { given, missingWords } from './prepared';

const PLACE = {
  id: 'talk',
  account: { id: 'wa', name: 'WhatsApp компании', channel: 'whatsapp' },
  contact: { id: 'anna', name: 'Анна' },
  clients: [],
  last_at: '2026-11-22T10:00:00Z',
};
const ABILITIES = { text_limit: 4096, files: [], quote: true };
const OPEN = { permission: { permission: 'open', until: null }, abilities: ABILITIES, templates: [] };
const CLOSED = {
  permission: { permission: 'templates_only' },
  abilities: ABILITIES,
  templates: [{ id: 'ready', name: 'order_ready', language: 'ru' }],
};
const READY = {
  id: 'ready',
  name: 'order_ready',
  language: 'ru',
  category: 'utility',
  text: '{{1}}, заказ {{2}} готов',
  head_file: null,
  buttons: ['Перезвоните'],
  fields: [
    { key: 'body.1', part: 'body', name: '1', label: 'имя клиента', source: 'клиент.имя', value: 'Анна' },
    { key: 'body.2', part: 'body', name: '2', label: 'номер заказа', source: null, value: null },
  ],
};
const phrase = (id: string, name: string, text: string) => ({ id, name, text, kind: 'quick_reply', own: false, code: id, language: 'ru' });
const PHRASES = [phrase('hello', 'Приветствие', '{имя}, добрый день!'), phrase('term', 'Срок', 'Отгрузим {срок}.')];

let sent: { content: unknown }[];
let templates: unknown[] = [];

function hub(writing: unknown) {
  sent = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const request = input as Request;
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === '/api/conversations') return Response.json({ items: [PLACE], next_cursor: null });
    if (pathname.endsWith('/writing')) return Response.json(writing);
    if (pathname.endsWith('/templates')) return Response.json({ items: templates });
    if (pathname === '/api/phrases') {
      const words = searchParams.get('text') ?? '';
      return Response.json({ items: PHRASES.filter((known) => known.name.toLowerCase().includes(words)), next_cursor: null });
    }
    if (pathname.endsWith('/preview')) return Response.json(preview((await request.json()).content));
    if (pathname.endsWith('/messages')) {
      sent.push(await request.json());
      return Response.json({ id: 'row', state: 'sent' }, { status: 201 });
    }
    return new Response('', { status: 404 });
  });
}

function preview(content: { type: string; phrase_id?: string; values: Record<string, string> }) {
  const answer = (text: string, fields: unknown[], missing: unknown[]) => ({ text, fields, missing, measure: null });
  if (content.type === 'template') return answer(`Анна, заказ ${content.values['body.2'] ?? '{{2}}'} готов`, [], []);
  if (content.phrase_id === 'hello') return answer('Анна, добрый день!', [], []);
  const term = content.values['срок'];
  const field = { key: 'срок', label: 'срок', value: null };
  return answer(`Отгрузим ${term ?? '{срок}'}.`, [field], term ? [] : [field]);
}

function show() {
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false, networkMode: 'always' }, mutations: { networkMode: 'always' } } });
  cache.setQueryData(meQuery.queryKey, { id: 'me', login: 'me', name: 'Я', post: null, phone: null, roles: [], rights: { 'clients.write': 'own' } } as never);
  const rows: Entry[] = [];
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={cache}>
        <Composer contact="anna" onQuoteGone={() => undefined} onRow={(row) => rows.push(row)} onRowGone={() => undefined} onAside={() => undefined} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return rows;
}

async function type(text: string) {
  const field = (await screen.findByLabelText('Текст ответа')) as HTMLTextAreaElement;
  await waitFor(() => expect(field.placeholder).toBe('Ответить: Анна'));
  fireEvent.change(field, { target: { value: text, selectionStart: text.length } });
  return field;
}

beforeEach(() => {
  localStorage.clear();
  templates = [READY];
});
afterEach(cleanup);

test('behind a closed window a template is chosen, its missing value is named, and it goes filled', async () => {
  hub(CLOSED);
  const rows = show();
  fireEvent.click(await screen.findByRole('button', { name: 'Выбрать шаблон' }));
  fireEvent.click(await screen.findByRole('button', { name: /order_ready/ }));
  expect(await screen.findByLabelText('Имя клиента')).toHaveProperty('value', 'Анна');
  const go = () => fireEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Отправить' }));
  go();
  await screen.findByText('Не заполнено: номер заказа');
  expect(sent).toHaveLength(0);
  fireEvent.change(screen.getByLabelText('Номер заказа'), { target: { value: '17' } });
  await screen.findByText('Анна, заказ 17 готов');
  go();
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]!.content).toEqual({ type: 'template', template_id: 'ready', values: { 'body.2': '17' }, head_file: null });
  expect(rows[0]!.text).toBe('Анна, заказ 17 готов');
});

test('a file that a template cannot go without is asked for before it is missed', async () => {
  templates = [{ ...READY, head_file: 'document', fields: [] }];
  hub(CLOSED);
  show();
  fireEvent.click(await screen.findByRole('button', { name: 'Выбрать шаблон' }));
  fireEvent.click(await screen.findByRole('button', { name: /order_ready/ }));
  await screen.findByText('Обязательно: без файла шаблон не отправить');
  screen.getByText('Шаблон: order_ready');
});

test('a slash finds a text by its words, keys choose it, and it stands in the field', async () => {
  hub(OPEN);
  show();
  const field = await type('/');
  await screen.findByRole('option', { name: /Приветствие/, selected: true });
  fireEvent.keyDown(field, { key: 'ArrowDown' });
  await screen.findByRole('option', { name: /Срок/, selected: true });
  fireEvent.keyDown(field, { key: 'ArrowUp' });
  fireEvent.keyDown(field, { key: 'Enter' });
  await waitFor(() => expect(field.value).toBe('Анна, добрый день!'));
  expect([sent.length, screen.queryByRole('listbox')]).toEqual([0, null]);
});

test('fields that nothing fills are asked for, and named while they are empty', async () => {
  hub(OPEN);
  show();
  const field = await type('/срок');
  await screen.findByRole('option', { name: /Срок/, selected: true });
  fireEvent.keyDown(field, { key: 'Enter' });
  const insert = await screen.findByRole('button', { name: 'Вставить' });
  fireEvent.click(insert);
  await screen.findByText('Не заполнено: срок');
  fireEvent.change(screen.getByRole('textbox', { name: 'Срок' }), { target: { value: 'завтра' } });
  fireEvent.click(insert);
  await waitFor(() => expect(field.value).toBe('Отгрузим завтра.'));
});

test('Escape leaves the slash as it is, and Enter sends it then', async () => {
  hub(OPEN);
  show();
  const field = await type('/');
  await screen.findByRole('listbox');
  fireEvent.keyDown(field, { key: 'Escape' });
  await waitFor(() => expect(screen.queryByRole('listbox')).toBeNull());
  fireEvent.keyDown(field, { key: 'Enter' });
  await waitFor(() => expect(sent[0]?.content).toEqual({ type: 'text', text: '/' }));
});

test('only what a person gave goes to the hub', () => {
  const fields = [
    { key: 'a', label: 'имя', value: 'Анна' },
    { key: 'b', label: 'срок', value: null },
  ];
  expect(missingWords(fields, {})).toBe('Не заполнено: срок');
  expect(missingWords(fields, { a: ' ', b: 'завтра' })).toBe('Не заполнено: имя');
  expect(given(fields, { a: 'Анна', b: ' завтра ' })).toEqual({ b: 'завтра' });
});
