import { afterEach, expect, test, vi } from 'vitest';
import { gather } from './gather';
import { taskNotices, type TaskMessage } from './taskNotices';

const now = Date.parse('2026-11-23T12:00:00Z');
const ANNA = { id: 'anna', name: 'Анна Петрова' };
const message = (task_id: string, news: TaskMessage['news']): TaskMessage => ({ event: 'task', task_id, client_id: null, news });
const task = (id: string, at: string, rest = {}) => ({
  id,
  title: `Задача ${id}`,
  author: ANNA,
  responsible: ANNA,
  client: null,
  closed_at: null,
  created_at: '2026-11-20T12:00:00Z',
  due: { kind: 'at', at },
  due_at: at,
  ...rest,
});

/** Counts how many tasks were read. */
function answer(tasks: { id: string }[]) {
  return vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const found = tasks.find(({ id }) => (input as Request).url.endsWith(`/${id}`));
    return found ? Response.json(found) : Response.json({ type: 'not_found', title: 'Нет', status: 404 }, { status: 404 });
  });
}

afterEach(() => void vi.restoreAllMocks());

test('what comes due at once is one notice, without what was done, lost, or put off', async () => {
  const past = '2026-11-23T11:59:30Z';
  answer([
    task('one', past),
    task('two', past),
    task('done', past, { closed_at: past }),
    task('later', '2026-11-23T15:00:00Z'),
  ]);
  const told = await taskNotices(['one', 'two', 'done', 'later', 'lost', 'one'].map((id) => message(id, 'due')), now);
  expect(told.map(({ title, words }) => [title, words])).toEqual([['Пора: 2\u00a0задачи', 'Задача one; Задача two']]);
});

test('a task that stood before was handed over, another one is new', async () => {
  answer([task('old', '2026-12-01T12:00:00Z'), task('new', '2026-12-01T12:00:00Z', { created_at: '2026-11-23T11:59:59Z' })]);
  const titles = async (id: string) => (await taskNotices([message(id, 'given')], now)).map(({ title }) => title);
  expect(await titles('old')).toEqual(['Вам передана задача']);
  expect(await titles('new')).toEqual(['Анна Петрова: новая задача']);
});

test('of many tasks their number is told, and none is read', async () => {
  const asked = answer([]);
  const told = await taskNotices(Array.from({ length: 30 }, (_, at) => message(`${at}`, 'given')), now);
  expect(told.map(({ title }) => title)).toEqual(['Вам переданы задачи: 30']);
  expect(asked).not.toHaveBeenCalled();
});

test('what comes within a second is handed on together', () => {
  vi.useFakeTimers();
  const taken: number[][] = [];
  const { add } = gather<number>((all) => taken.push(all));
  add(1);
  vi.advanceTimersByTime(900);
  add(2);
  vi.advanceTimersByTime(100);
  add(3);
  vi.advanceTimersByTime(1000);
  vi.useRealTimers();
  expect(taken).toEqual([[1, 2], [3]]);
});
