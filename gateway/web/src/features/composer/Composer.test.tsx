import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, configure, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { meQuery } from '@/shared/me';
import type { Aside, Entry } from './api';
import { Composer } from './Composer';

configure({ asyncUtilTimeout: 4000 });

const PLACE = {
  id: 'talk',
  account: { id: 'wa', name: 'WhatsApp компании', channel: 'whatsapp' },
  contact: { id: 'anna', name: 'Анна' },
  clients: [],
  last_at: '2026-11-22T10:00:00Z',
  last_inbound_at: '2026-11-22T09:59:00Z',
};
const OPEN = { permission: { permission: 'open', until: null }, abilities: { text_limit: 4096, files: [], quote: true }, templates: [] };

let laid: Aside[] = [];
let gone: string[] = [];
let sent: { id: string; content: { text: string }; at_night?: string | null; lay_aside: { seen_inbound_at: string | null; until: string | null } | null }[];
let channels: unknown[] = [];
let ways: unknown = { ways: [], quiet: null };
let places: unknown[] = [PLACE];
let asked: string[] = [];

function hub(writing: unknown, answers: (() => Response)[] = []) {
  sent = [];
  laid = [];
  gone = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const request = input as Request;
    const { pathname: path, search } = new URL(request.url);
    asked.push(`${path}${search}`);
    if (path === '/api/conversations') return Response.json({ items: places, next_cursor: null });
    if (path === '/api/contacts/anna/writing') return Response.json(ways);
    if (path === '/api/messaging-rules') return Response.json({ quiet_from: '21:00:00', quiet_until: '09:00:00' });
    if (path === '/api/channels') return Response.json({ items: channels });
    if (path.endsWith('/writing')) return Response.json(writing);
    if (path.endsWith('/messages')) {
      sent.push(await request.json());
      return (answers.shift() ?? (() => Response.json({ id: sent.at(-1)!.id, state: 'sent' }, { status: 201 })))();
    }
    return new Response('', { status: 404 });
  });
}

function show(zone?: string) {
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false, networkMode: 'always' }, mutations: { networkMode: 'always' } } });
  cache.setQueryData(meQuery.queryKey, { id: 'me', login: 'me', name: 'Я', post: null, phone: null, roles: [], rights: { 'clients.write': 'own', 'messages.at_night': 'all' } } as never);
  const rows: Entry[] = [];
  render(
    <MantineProvider>
      <QueryClientProvider client={cache}>
        <Composer contact="anna" contactName="Анна" zone={zone} onQuoteGone={() => undefined} onRow={(row) => rows.push(row)} onRowGone={(id) => gone.push(id)} onAside={(aside) => laid.push(aside)} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return rows;
}

async function type(text: string, keys: { ctrlKey?: boolean; shiftKey?: boolean } = {}) {
  const field = await screen.findByLabelText('Текст ответа');
  await waitFor(() => expect(field).toHaveProperty('placeholder', 'Ответить: Анна'));
  fireEvent.change(field, { target: { value: text } });
  fireEvent.keyDown(field, { key: 'Enter', ...keys });
  return field as HTMLTextAreaElement;
}

beforeEach(() => {
  localStorage.clear();
  channels = [];
  places = [PLACE];
  asked = [];
});
afterEach(cleanup);

test('the row is on the screen at once, and the hub gets the same id', async () => {
  hub(OPEN);
  const rows = show();
  const field = await type('Отгрузим завтра');
  expect([rows[0]!.text, rows[0]!.state, field.value]).toEqual(['Отгрузим завтра', 'queued', '']);
  await waitFor(() => expect(rows).toHaveLength(2));
  expect([sent.length, sent[0]!.id === rows[0]!.id, rows[1]!.state]).toEqual([1, true, 'sent']);
});

test('an answer that was lost is asked for again under the same id', async () => {
  hub(OPEN, [() => new Response('', { status: 502 })]);
  const rows = show();
  await type('Один раз');
  await waitFor(() => expect(rows).toHaveLength(2), { timeout: 4000 });
  expect(sent.map((message) => message.id)).toEqual([rows[0]!.id, rows[0]!.id]);
});

test('what the hub refuses comes back into the field', async () => {
  hub(OPEN, [() => Response.json({ type: 'conflict', title: 'Нельзя', status: 409, detail: 'Канал выключен.' }, { status: 409 })]);
  const rows = show();
  const field = await type('Не пропадёт');
  await waitFor(() => expect(field.value).toBe('Не пропадёт'));
  expect(gone, 'it stands once').toEqual([rows[0]!.id]);
  expect(screen.queryByText('Вернуть в поле')).toBeNull();
});

test('what is refused while other words are written is kept over the field, also after a reload, to be taken back or away', async () => {
  let answer: (response: Response) => void = () => undefined;
  const refusal = () => Response.json({ type: 'conflict', title: 'Нельзя', status: 409, detail: 'Канал выключен.' }, { status: 409 });
  hub(OPEN, [() => new Promise<Response>((resolve) => (answer = resolve)) as never, refusal]);
  const rows = show();
  const field = await type('Первое');
  await waitFor(() => expect(sent).toHaveLength(1));
  fireEvent.change(field, { target: { value: 'Другое' } });
  answer(refusal());
  await screen.findByText('«Первое»');
  expect([field.value, gone]).toEqual(['Другое', [rows[0]!.id]]);
  cleanup();
  show();
  fireEvent.click(await screen.findByText('Вернуть в поле'));
  expect(screen.getByLabelText('Текст ответа')).toHaveProperty('value', 'Первое\nДругое');
  expect(screen.queryByText('«Первое»')).toBeNull();
});

test('a refused message that is of no use any more is taken away for good', async () => {
  hub(OPEN);
  localStorage.setItem('uzel-refused-me-talk', JSON.stringify([{ message: { id: 'one', conversation: 'talk', content: { type: 'text', text: 'Первое' } }, why: 'Канал выключен.' }]));
  show();
  fireEvent.click(await screen.findByText('Убрать'));
  await waitFor(() => expect(screen.queryByText('«Первое»')).toBeNull());
  expect(localStorage.getItem('uzel-refused-me-talk')).toBe('[]');
});

test('a closed window locks the field and says why', async () => {
  hub({ ...OPEN, permission: { permission: 'templates_only' } });
  show();
  await screen.findByText(/Окно WhatsApp закрыто/);
  expect(screen.getByLabelText('Текст ответа')).toHaveProperty('disabled', true);
});

test('a draft is kept', async () => {
  hub(OPEN);
  show();
  fireEvent.change(await screen.findByLabelText('Текст ответа'), { target: { value: 'Недописанное' } });
  cleanup();
  show();
  expect(await screen.findByLabelText('Текст ответа')).toHaveProperty('value', 'Недописанное');
});

/** Nine in the morning in Vladivostok, of a day that is always ahead. */
const MORNING = '2099-11-23T23:00:00Z';
const night = (until: string) => () =>
  Response.json({ type: 'quiet-hours', title: 'Тихие часы', status: 409, detail: 'У клиента ночь.', until }, { status: 409 });
const NIGHT = night(MORNING);

test('in the night the person decides, and the same message goes with the decision', async () => {
  hub(OPEN, [NIGHT]);
  const rows = show();
  await type('Утром заедем');
  await screen.findByText('У клиента ночь');
  fireEvent.click(screen.getByText(/^Отправить утром/));
  await waitFor(() => expect(rows.map((row) => row.state)).toEqual(['queued', 'queued', 'sent']));
  expect(sent.map((message) => [message.id, message.at_night])).toEqual([
    [rows[0]!.id, null],
    [rows[0]!.id, 'hold'],
  ]);
  expect(screen.queryByText('У клиента ночь')).toBeNull();
});

test('a message taken back in the night comes back into the field, before what was typed meanwhile', async () => {
  hub(OPEN, [NIGHT]);
  const rows = show();
  const field = await type('Подожду');
  await screen.findByText('У клиента ночь');
  fireEvent.change(field, { target: { value: 'И ещё' } });
  fireEvent.click(screen.getByText('Вернуться к тексту'));
  expect([field.value, gone]).toEqual(['Подожду\nИ ещё', [rows[0]!.id]]);
});

test('what waits for the decision has no row, and is asked about again after a reload', async () => {
  hub(OPEN, [NIGHT, NIGHT]);
  const rows = show();
  await type('Первое');
  await screen.findByText('«Первое»');
  await type('Второе');
  await waitFor(() => expect(gone).toEqual([...new Set(rows.map((row) => row.id))]));
  cleanup();
  show();
  await screen.findByText('«Первое»');
  fireEvent.click(screen.getByText(/^Отправить утром/));
  await screen.findByText('«Второе»');
  fireEvent.click(screen.getByText('Вернуться к тексту'));
  expect(screen.getByLabelText('Текст ответа')).toHaveProperty('value', 'Второе');
  expect(screen.queryByText('У клиента ночь')).toBeNull();
});

test.each([
  ['the night', NIGHT, () => screen.findByText('«Ушёл»')],
  ['a refusal', () => Response.json({ type: 'conflict', title: 'Нельзя', status: 409 }, { status: 409 }), () => screen.findByDisplayValue('Ушёл')],
])('an answer that comes after the dialog was left is not lost: %s', async (_, refusal, found) => {
  let answer: (response: Response) => void = () => undefined;
  hub(OPEN, [() => new Promise<Response>((resolve) => (answer = resolve)) as never]);
  const rows = show();
  await type('Ушёл');
  await waitFor(() => expect(sent).toHaveLength(1));
  cleanup();
  answer(refusal());
  await waitFor(() => expect(gone.length + rows.length).toBe(2));
  show();
  await found();
});

/** Plans by the clocks of Vladivostok. */
async function plan(text: string, day: string, hour: string) {
  fireEvent.change(await screen.findByLabelText('Текст ответа'), { target: { value: text } });
  fireEvent.click(screen.getByLabelText('Отправить позже'));
  fireEvent.change(await screen.findByLabelText('День'), { target: { value: day } });
  fireEvent.change(screen.getByLabelText(/^Время/), { target: { value: hour } });
}

test('of a planned message the question names its own time, the day of the morning and whose clock it is', async () => {
  hub(OPEN, [NIGHT]);
  show('Asia/Vladivostok');
  const soon = new Date(Date.now() + 3 * 86_400_000);
  const day = soon.toLocaleDateString('ru');
  await plan('Отгрузка в пять', day, '05:00');
  await screen.findByText('У клиента в это время ночь (21:00–9:00).');
  fireEvent.click(screen.getByText('Запланировать'));
  await screen.findByText(`${day.slice(0, 5)} в 05:00 у клиента будет ночь`);
  screen.getByText(/^Время клиента: когда у него/);
  screen.getByText('Отправить утром, 24.11 в 09:00');
  fireEvent.click(screen.getByText('Всё равно в 05:00'));
  await waitFor(() => expect(sent.at(-1)!.at_night).toBe('send'));
});

test('a night that went by while nobody decided is not waited for again', async () => {
  hub(OPEN, [night('2020-01-01T06:00:00Z')]);
  show();
  await type('Вчерашнее');
  await screen.findByText('Ночь у клиента прошла');
  // The same words at once would be the second half of a double press.
  await new Promise((passed) => setTimeout(passed, 600));
  fireEvent.click(screen.getByText('Отправить сейчас'));
  await waitFor(() => expect(sent.map((message) => message.at_night)).toEqual([null, null]));
});

test('a red channel offers another one', async () => {
  channels = [{ id: 'wa', light: 'red', causes: [], enabled: true, waiting: 0 }];
  const way = { account_id: 'sms', account: 'SMS', channel: 'sms', conversation_id: 'none', light: 'green', usable: true, reason: '' };
  ways = { ways: [way], quiet: null };
  hub(OPEN);
  show();
  await screen.findByText(/«WhatsApp компании» недоступен/);
  fireEvent.click(await screen.findByRole('button', { name: 'SMS' }));
  await screen.findByRole('button', { name: /^Канал: SMS/ });
});

test('Ctrl+Shift+Enter closes the conversation as it was seen, in the request of the message', async () => {
  let answer: (response: Response) => void = () => undefined;
  hub(OPEN, [() => new Promise<Response>((resolve) => (answer = resolve)) as never]);
  const rows = show();
  await type('Спасибо за заказ!', { ctrlKey: true, shiftKey: true });
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]!.lay_aside).toEqual({ seen_inbound_at: PLACE.last_inbound_at, until: null });
  expect(laid, 'nothing is told before the message is taken').toEqual([]);
  answer(Response.json({ id: sent[0]!.id, state: 'sent' }, { status: 201 }));
  await waitFor(() => expect(laid).toHaveLength(1));
  expect([laid[0]!.conversation.id, laid[0]!.until, rows.length]).toEqual(['talk', null, 2]);
});

test('what is refused closes nothing, and Enter alone only sends', async () => {
  hub(OPEN, [() => Response.json({ type: 'conflict', title: 'Нельзя', status: 409, detail: 'Канал выключен.' }, { status: 409 })]);
  const rows = show();
  const field = await type('Закроем?', { ctrlKey: true, shiftKey: true });
  await waitFor(() => expect(field.value).toBe('Закроем?'));
  fireEvent.keyDown(field, { key: 'Enter' });
  await waitFor(() => expect(rows.at(-1)!.state).toBe('sent'));
  expect([laid, sent.map((message) => message.lay_aside?.until)]).toEqual([[], [null, undefined]]);
});

test('in the night nothing is closed until it is decided', async () => {
  hub(OPEN, [NIGHT]);
  show();
  await type('До утра', { ctrlKey: true, shiftKey: true });
  await screen.findByText('У клиента ночь');
  expect(laid).toEqual([]);
  fireEvent.click(screen.getByText(/^Отправить утром/));
  await waitFor(() => expect(laid).toHaveLength(1));
  expect(sent.map((message) => message.lay_aside?.until)).toEqual([null, null]);
});

test('the arrow beside «Отправить» puts the conversation off', async () => {
  hub(OPEN);
  show();
  fireEvent.change(await screen.findByLabelText('Текст ответа'), { target: { value: 'Вернёмся к этому' } });
  fireEvent.click(screen.getByLabelText('Отправить и закрыть или отложить'));
  fireEvent.click(await screen.findByText('Отправить и отложить до завтра, 9:00'));
  await waitFor(() => expect(laid).toHaveLength(1));
  expect([new Date(laid[0]!.until!).getHours(), sent[0]!.lay_aside?.until]).toEqual([9, laid[0]!.until]);
});

const SMS = { account_id: 'sms', account: 'SMSC', channel: 'sms', conversation_id: 'by-sms', light: 'green', usable: true, reason: '' };
const WHATSAPP = { ...SMS, account_id: 'wa', account: 'WhatsApp', channel: 'whatsapp', conversation_id: 'by-wa', usable: false };

test('who only called is written to by the channels that reach the number, what takes words first', async () => {
  places = [];
  ways = { ways: [WHATSAPP, { ...SMS, channel: 'max', account_id: 'max', conversation_id: null }, SMS], quiet: null };
  hub(OPEN);
  show();
  const field = await screen.findByLabelText('Текст ответа');
  await waitFor(() => expect(field).toHaveProperty('placeholder', 'Написать первым: Анна'));
  fireEvent.change(field, { target: { value: 'Добрый день' } });
  fireEvent.keyDown(field, { key: 'Enter' });
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(asked).toContain('/api/conversations/by-sms/messages?contact_id=anna');
  expect(asked.filter((path) => path.startsWith('/api/drafts'))).toEqual([]);
  fireEvent.click(screen.getByRole('button', { name: /^Канал: SMS/ }));
  await screen.findByRole('menuitem', { name: /WhatsApp/ });
});

test('whom no channel reaches is said in words', async () => {
  places = [];
  ways = { ways: [], quiet: null };
  hub(OPEN);
  show();
  await screen.findByText(/написать ему первым некуда/);
});

test('the picker also offers channels by which nothing was written yet', async () => {
  ways = { ways: [{ ...WHATSAPP, conversation_id: PLACE.id }, SMS], quiet: null };
  hub(OPEN);
  show();
  fireEvent.click(await screen.findByRole('button', { name: /^Канал: WhatsApp/ }));
  fireEvent.click(await screen.findByRole('menuitem', { name: /SMS/ }));
  await screen.findByRole('button', { name: /^Канал: SMS/ });
});

test('a text that is too long does not leave: it is said by how much, and what does not fit is marked', async () => {
  hub(OPEN);
  const rows = show();
  const field = await type(`${'а'.repeat(20_000)}👍лишнее`);
  await screen.findByText(/Текст длиннее 20 000 знаков на 7 знаков/);
  expect(screen.getByLabelText('Отправить')).toHaveProperty('disabled', true);
  fireEvent.click(screen.getByText('Выделить лишнее'));
  expect(field.value.slice(field.selectionStart, field.selectionEnd)).toBe('👍лишнее');
  fireEvent.change(field, { target: { value: 'а'.repeat(20_000) } });
  fireEvent.keyDown(field, { key: 'Enter' });
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(rows.every((row) => row.text?.length === 20_000 || row.state === 'sent')).toBe(true);
});

test('nothing is planned for when the window will be closed', async () => {
  const until = new Date(Date.now() + 2 * 86_400_000);
  hub({ ...OPEN, permission: { permission: 'open', until: until.toISOString() } });
  show('Asia/Vladivostok');
  const day = (ahead: number) => new Date(Date.now() + ahead * 86_400_000).toLocaleDateString('ru');
  await plan('Отгрузим', day(4), '12:00');
  await screen.findByText(/К этому времени окно закроется: уйдёт только шаблон/);
  const press = screen.getByText('Запланировать').closest('button')!;
  expect(press.disabled).toBe(true);
  fireEvent.change(screen.getByLabelText('День'), { target: { value: day(1) } });
  expect([press.disabled, screen.queryByText(/окно закроется/)]).toEqual([false, null]);
});
