import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LiveMessage } from '@/shared/live/feed';
import { showWordsInNotices } from '@/shared/notices';
import { tell } from './tell';

/** What the browser shows. */
class Shown {
  static all: Shown[] = [];
  onclick: (() => void) | null = null;
  close = vi.fn();
  constructor(
    readonly title: string,
    readonly options: NotificationOptions,
  ) {
    Shown.all.push(this);
  }
}

const said = {
  id: 'row-1',
  kind: 'message',
  direction: 'inbound',
  conversation_id: 'talk',
  contact: { id: 'c', name: 'Анна Ручьёва' },
  occurred_at: new Date().toISOString(),
  text: 'Когда отгрузка?',
  content: { type: 'text', text: 'Когда отгрузка?' },
};
const told: LiveMessage = {
  event: 'interaction',
  interaction_id: 'row-1',
  kind: 'message',
  contact_id: 'c',
  client_ids: ['k'],
  own: true,
  mine: false,
};

function hub(entry: object): void {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () => Response.json(entry));
}

beforeEach(() => {
  Shown.all = [];
  localStorage.clear();
  vi.stubGlobal('Notification', Shown);
  vi.spyOn(window, 'focus').mockImplementation(() => undefined);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test('an album is told by the words under it, and a document by its name', async () => {
  const photo = { type: 'media', media: { kind: 'image' } };
  const bare = { ...said, id: 'album', text: null, content: null };
  hub({ ...bare, items: [{ id: 'a', content: photo }, { id: 'b', content: photo, text: 'накладная' }] });
  await tell(told, 'me', vi.fn());
  const content = { type: 'media', media: { kind: 'document', file_name: 'прайс.pdf' } };
  hub({ ...bare, id: 'price', content, items: [] });
  await tell({ ...told, interaction_id: 'price' } as LiveMessage, 'me', vi.fn());
  expect(Shown.all.map(({ options }) => options.body)).toEqual(['Фото: накладная', 'Файл: прайс.pdf']);
});

test('a message is told once, and a press opens its conversation', async () => {
  hub(said);
  const open = vi.fn();
  await tell(told, 'me', open);
  await tell(told, 'me', open);
  expect(Shown.all.map(({ title, options }) => [title, options.body])).toEqual([['Анна Ручьёва', 'Когда отгрузка?']]);
  Shown.all[0]!.onclick!();
  expect(open).toHaveBeenCalledWith('/dialogs/talk');
});

test('where a page may show none itself, its service worker does, and knows where a press leads', async () => {
  hub(said);
  const showNotification = vi.fn();
  vi.stubGlobal('Notification', () => {
    throw new TypeError('Illegal constructor');
  });
  vi.stubGlobal('navigator', { serviceWorker: { getRegistration: async () => ({ showNotification }) } });
  await tell(told, 'me', vi.fn());
  expect(showNotification).toHaveBeenCalledExactlyOnceWith(
    'Анна Ручьёва',
    expect.objectContaining({ body: 'Когда отгрузка?', tag: 'dialog-talk', data: { href: '/dialogs/talk' } }),
  );
});

test('the words stay away from those who look over the shoulder', async () => {
  hub(said);
  showWordsInNotices(false);
  await tell(told, 'me', vi.fn());
  expect(Shown.all.map(({ options }) => options.body)).toEqual(['Новое сообщение']);
});

test.each([
  ['our own answer', { direction: 'outbound' }],
  ['an old message', { occurred_at: '2020-01-01T00:00:00Z' }],
  ['a message that is gone', { deleted: { at: said.occurred_at } }],
  ['a call that was answered', { kind: 'call', call: { outcome: 'answered' } }],
])('%s is no news', async (_, change) => {
  hub({ ...said, ...change });
  await tell(told, 'me', vi.fn());
  expect(Shown.all).toEqual([]);
});

test('a missed call leads to its row', async () => {
  hub({ ...said, kind: 'call', contact: null, call: { outcome: 'missed' } });
  const open = vi.fn();
  await tell({ ...told, kind: 'call' }, 'me', open);
  expect(Shown.all.map(({ title, options }) => [title, options.body])).toEqual([['Неизвестный номер', 'Пропущенный звонок']]);
  Shown.all[0]!.onclick!();
  expect(open).toHaveBeenCalledWith('/rows/row-1');
});

test('a mention by somebody else leads to its place in the room', async () => {
  const mention: LiveMessage = { event: 'room', room_id: 'r', message_id: 'm', mentioned: true };
  const words = { id: 'm', room_id: 'r', author_id: 'boris', author_name: 'Борис', text: '@Анна, взгляни', position: 7 };
  hub(words);
  const open = vi.fn();
  await tell(mention, 'boris', open);
  expect(Shown.all).toEqual([]);
  await tell(mention, 'me', open);
  expect(Shown.all[0]!.title).toBe('Борис упоминает вас');
  Shown.all[0]!.onclick!();
  expect(open).toHaveBeenCalledWith('/rooms/r?at=7');
});
