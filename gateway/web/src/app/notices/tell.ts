import type { Schema } from '@/api/client';
import { messageOf } from '@/features/rooms/api';
import { entryOf } from '@/features/timeline/api';
import type { LiveMessage } from '@/shared/live/feed';
import { noticesHaveWords } from '@/shared/notices';
import { taskNotices, type TaskMessage } from '@/shared/taskNotices';
import { previewOf } from '@/shared/words/preview';
import { display } from './display';

type Entry = Schema<'TimelineEntry'>;

/** Older things come of an import, or of a feed that was away: they are no news. */
const FRESH_MS = 5 * 60_000;

const TOLD = 'uzel-notices-told';
const REMEMBERED = 50;

interface Notice {
  /** Of what: told once, by whichever tab. */
  key: string;
  /** A newer one of the same subject takes its place. */
  subject: string;
  title: string;
  words: string;
  /** What is said in their stead. */
  withoutWords: string;
  /** Where a press leads. */
  href: string;
}

/** Tells the person what happened, outside of the page; a press opens it. */
export async function tell(message: LiveMessage, me: string, open: (href: string) => void): Promise<void> {
  const notice = await noticeOf(message, me);
  if (notice) await show(notice, open);
}

/** The same for tasks that came at once. */
export async function tellTasks(messages: TaskMessage[], open: (href: string) => void): Promise<void> {
  for (const { key, news, title, words, task } of await taskNotices(messages)) {
    const href = task ? `/tasks?task=${task}` : '/tasks';
    await show({ key, title, words, subject: `tasks-${news}-${task ?? 'many'}`, withoutWords: 'Задача', href }, open);
  }
}

async function show(notice: Notice, open: (href: string) => void): Promise<void> {
  if (!isFirst(notice.key)) return;
  const { title, subject, href } = notice;
  await display({ title, subject, href, body: noticesHaveWords() ? notice.words : notice.withoutWords }, open);
}

async function noticeOf(message: LiveMessage, me: string): Promise<Notice | undefined> {
  return message.event === 'room' ? mention(message, me) : ofTimeline(message);
}

async function mention(message: Extract<LiveMessage, { event: 'room' }>, me: string): Promise<Notice | undefined> {
  if (!message.message_id) return undefined;
  const said = await messageOf(message.message_id);
  if (said.author_id === me) return undefined;
  return {
    key: said.id,
    subject: `room-${said.room_id}`,
    title: `${said.author_name} упоминает вас`,
    words: said.text ?? 'Файл',
    withoutWords: 'Сообщение в чате',
    href: `/rooms/${said.room_id}?at=${said.position}`,
  };
}

async function ofTimeline(message: LiveMessage): Promise<Notice | undefined> {
  if (message.event !== 'interaction') return undefined;
  const entry = await entryOf(message.interaction_id);
  if (entry.direction !== 'inbound' || entry.deleted || Date.now() - Date.parse(entry.occurred_at) > FRESH_MS) return undefined;
  return entry.kind === 'call' ? missedCall(entry) : inbound(entry);
}

function inbound(entry: Entry): Notice | undefined {
  if (entry.kind !== 'message' || !entry.conversation_id) return undefined;
  return {
    key: entry.id,
    subject: `dialog-${entry.conversation_id}`,
    title: entry.contact?.name ?? 'Клиент',
    words: previewOf(lastRowOf(entry), entry.account?.channel),
    withoutWords: 'Новое сообщение',
    href: `/dialogs/${entry.conversation_id}`,
  };
}

function missedCall(entry: Entry): Notice | undefined {
  if (entry.call?.outcome !== 'missed') return undefined;
  const words = 'Пропущенный звонок';
  const title = entry.contact?.name ?? 'Неизвестный номер';
  return { key: entry.id, subject: `call-${entry.id}`, title, words, withoutWords: words, href: `/rows/${entry.id}` };
}

function lastRowOf(entry: Entry): Schema<'LastRow'> {
  // An album says nothing itself: the words under one of its files, else the first of them, speak for it.
  const part = entry.text || entry.content ? entry : (entry.items.find((item) => item.text) ?? entry.items[0] ?? entry);
  const content = part.content;
  const name = content?.type === 'media' && content.media.kind === 'document' ? content.media.file_name : null;
  return {
    at: entry.occurred_at,
    kind: entry.kind,
    text: part.text ?? name,
    content_type: content?.type === 'text' ? null : content?.type,
    media_kind: content?.type === 'media' ? content.media.kind : null,
  };
}

/** Also when another tab has told it and was closed since. */
function isFirst(key: string): boolean {
  const told = (localStorage.getItem(TOLD) ?? '').split(' ').filter(Boolean);
  if (told.includes(key)) return false;
  localStorage.setItem(TOLD, [...told, key].slice(-REMEMBERED).join(' '));
  return true;
}
