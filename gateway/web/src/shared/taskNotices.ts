import { api, unwrap } from '@/api/client';
import type { LiveMessage } from './live/feed';
import { plural } from './plural';
import type { Task } from './tasks';

export type TaskMessage = Extract<LiveMessage, { event: 'task' }>;
type News = 'due' | 'given';

/** What is told of tasks that came at once. */
export interface TaskNotice {
  /** Of what: told once. */
  key: string;
  news: News;
  title: string;
  words: string;
  /** The task, where it is one alone. */
  task?: string;
}

/** Of more at once their number alone is told, and none of them is read. */
const MOST_READ = 10;
const DAY_MS = 86_400_000;
/** Clocks differ a little; what is older was somebody else's before. */
const NEW_MS = 60_000;

/** One notice for what has come due and one for what was given, however many they are. */
export async function taskNotices(messages: TaskMessage[], now = Date.now()): Promise<TaskNotice[]> {
  const found = await Promise.all((['due', 'given'] as const).map((news) => noticeOf(news, messages, now)));
  return found.filter((notice) => notice !== undefined);
}

async function noticeOf(news: News, messages: TaskMessage[], now: number): Promise<TaskNotice | undefined> {
  const ids = [...new Set(messages.filter((message) => message.news === news).map((message) => message.task_id))];
  if (ids.length > MOST_READ) {
    return { key: `tasks-${news}-${ids.join('-')}`, news, title: titleOf(news, ids.length, true), words: 'Они в разделе «Задачи».' };
  }
  const tasks = (await Promise.all(ids.map(read))).filter((task) => task !== undefined && isNews(task, news, now)) as Task[];
  const [first] = tasks;
  if (!first) return undefined;
  // A task that was put off in the meantime is due once more later.
  const key = tasks.map((task) => `task-${task.id}-${news}-${news === 'due' ? task.due_at : task.responsible.id}`).join();
  const isMoved = tasks.some((task) => now - Date.parse(task.created_at) > NEW_MS);
  if (tasks.length > 1) {
    return { key, news, title: titleOf(news, tasks.length, isMoved), words: tasks.map((task) => task.title).join('; ') };
  }
  const words = first.client ? `${first.title} · ${first.client.name}` : first.title;
  const given = isMoved ? 'Вам передана задача' : `${first.author.name}: новая задача`;
  return { key, news, title: news === 'due' ? 'Пора: задача' : given, words, task: first.id };
}

/** One that is the viewer's no more is no news. */
const read = (id: string) => unwrap(api.GET('/api/tasks/{id}', { params: { path: { id } } })).catch(() => undefined);

/** Not what was done or put off meanwhile. A whole day is told in its morning, before it ends. */
function isNews(task: Task, news: News, now: number): boolean {
  if (task.closed_at) return false;
  if (news === 'given') return true;
  if (!task.due_at) return false;
  return Date.parse(task.due_at) <= now + (task.due.kind === 'day' ? DAY_MS : NEW_MS);
}

function titleOf(news: News, count: number, isMoved: boolean): string {
  if (news === 'due') return `Пора: ${plural(count, 'задача', 'задачи', 'задач')}`;
  return `${isMoved ? 'Вам переданы задачи' : 'Новые задачи'}: ${count}`;
}
