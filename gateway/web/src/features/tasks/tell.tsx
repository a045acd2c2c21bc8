import { api, unwrap } from '@/api/client';
import { form, plural } from '@/shared/plural';
import { strip } from '@/shared/ui/strip';
import { taskNotices, type TaskMessage } from '@/shared/taskNotices';

/** Opens a task, or the list of one's own. */
type Open = (task?: string) => void;

/** One notice on the page for all that came at once. */
export async function tell(messages: TaskMessage[], open: Open): Promise<void> {
  for (const { news, title, words, task } of await taskNotices(messages)) {
    show({ id: `tasks-${news}-${task ?? 'many'}`, title, words, isUrgent: news === 'due' }, () => open(task));
  }
}

/** What was told on this device: the day, and how many were late. */
const TOLD = 'uzel-tasks-told';
/** On a telephone the notice would lie over what is pressed first; the badge below says the same. */
const WIDE = '(min-width: 768px)';

/** «Сегодня 3 задачи, просрочены 2», once a day and when more are late; nothing where there are none. */
export async function tellToday(open: Open): Promise<void> {
  const { overdue, today } = await unwrap(api.GET('/api/tasks/counts'));
  if (!matchMedia(WIDE).matches || !isNews(overdue)) return;
  const parts = [
    today > 0 && `Сегодня ${plural(today, 'задача', 'задачи', 'задач')}`,
    overdue > 0 && (today > 0 ? `${form(overdue, 'просрочена', 'просрочены', 'просрочено')} ${overdue}` : `Просрочены задачи: ${overdue}`),
  ].filter(Boolean);
  if (parts.length > 0) show({ id: 'tasks-today', title: 'Задачи', words: parts.join(', '), isUrgent: overdue > 0 }, () => open());
}

function isNews(overdue: number): boolean {
  const day = new Date().toDateString();
  const [told, late] = (localStorage.getItem(TOLD) ?? '').split('|');
  if (told === day && overdue <= Number(late)) return false;
  localStorage.setItem(TOLD, `${day}|${overdue}`);
  return true;
}

interface Shown {
  id: string;
  title: string;
  words: string;
  isUrgent: boolean;
}

function show({ id, title, words, isUrgent }: Shown, open: () => void): void {
  strip({ id, title, words, color: isUrgent ? 'yellow' : undefined, staysMs: 12_000, button: { name: 'Открыть', press: open } });
}
