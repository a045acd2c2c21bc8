import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';
import type { operations } from '@/api/schema';
import { date, dateTime, dayNumber, ownZone, time } from './format';
import { momentOf, wallOf } from './plan';

export type Task = Schema<'Task'>;
export type TaskDue = Schema<'TaskDue'>;
export type TaskKind = Schema<'TaskKind'>;
export type NewTask = Schema<'NewTask'>;
export type TaskEdit = Schema<'TaskEdit'>;
type Query = NonNullable<operations['list_tasks']['parameters']['query']>;
export type TaskFilter = Omit<Query, 'limit' | 'cursor'>;

export const TASK_KINDS: Record<TaskKind, string> = {
  call: 'Звонок',
  letter: 'Письмо',
  document: 'Документ',
  meeting: 'Встреча',
  other: 'Другое',
};

const taskPage = (query: Query, signal?: AbortSignal) => unwrap(api.GET('/api/tasks', { params: { query }, signal }));

export const tasksQuery = (filter: TaskFilter) =>
  infiniteQueryOptions({
    queryKey: ['tasks', 'list', filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => taskPage({ ...filter, cursor: pageParam }, signal),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export const taskQuery = (id: string) =>
  queryOptions({
    queryKey: ['tasks', 'one', id],
    queryFn: () => unwrap(api.GET('/api/tasks/{id}', { params: { path: { id } } })),
  });

export const taskHistoryQuery = (id: string) =>
  queryOptions({
    queryKey: ['tasks', 'one', id, 'history'],
    queryFn: () => unwrap(api.GET('/api/tasks/{id}/history', { params: { path: { id } } })),
  });

function useChanged() {
  const cache = useQueryClient();
  // Also after a refusal: somebody else may have closed it.
  return { onSettled: () => cache.invalidateQueries({ queryKey: ['tasks'] }) };
}

export function useSetTask() {
  return useMutation({ mutationFn: (body: NewTask) => unwrap(api.POST('/api/tasks', { body })), ...useChanged() });
}

export function useEditTask() {
  return useMutation({
    mutationFn: ({ id, ...body }: TaskEdit & { id: string }) =>
      unwrap(api.PATCH('/api/tasks/{id}', { params: { path: { id } }, body })),
    ...useChanged(),
  });
}

export function useCloseTask() {
  return useMutation({
    mutationFn: ({ id, result }: { id: string; result: string | null }) =>
      unwrap(api.POST('/api/tasks/{id}/close', { params: { path: { id } }, body: { result } })),
    ...useChanged(),
  });
}

export function useReopenTask() {
  return useMutation({
    mutationFn: (id: string) => unwrap(api.POST('/api/tasks/{id}/reopen', { params: { path: { id } } })),
    ...useChanged(),
  });
}

const DAY_MS = 86_400_000;

/** The day that many days ahead by the clocks here. */
export const dayAhead = (days: number, now: number) => wallOf(now + days * DAY_MS, ownZone).day;

/** Put off by so many days from today: a time of day stays, a task without one gets the whole day. */
export function putOff(due: TaskDue, days: number, now: number): TaskDue {
  const day = dayAhead(days, now);
  if (due.kind !== 'at') return { kind: 'day', day };
  return { kind: 'at', at: new Date(momentOf({ day, time: time(due.at) }, ownZone)!).toISOString() };
}

export type TaskGroup = 'late' | 'today' | 'later' | 'never';

/** Where an open task stands. */
export function groupOf(task: Pick<Task, 'due' | 'due_at'>, now: number): TaskGroup {
  if (!task.due_at) return 'never';
  if (Date.parse(task.due_at) <= now) return 'late';
  const isToday = task.due.kind === 'day' ? daysLeft(task.due_at, now) <= 0 : dayNumber(task.due_at) === dayNumber(now);
  return isToday ? 'today' : 'later';
}

/** How many days ahead a whole day is by the company's clocks, at whose midnight it ends. */
const daysLeft = (endsAt: string, now: number) => Math.ceil((Date.parse(endsAt) - now) / DAY_MS) - 1;

/** The term of a task as people say it; a whole day is the company's. */
export function termWords({ due, due_at }: Pick<Task, 'due' | 'due_at'>, now: number): string {
  const near = due.kind === 'day' && due_at ? NEAR[daysLeft(due_at, now)] : undefined;
  return near ?? dueWords(due, now, due.kind === 'day');
}

/** «сегодня, 14:05», «завтра», «05.06.2026»; `exact` is never relative. */
export function dueWords(due: TaskDue, now: number, exact = false): string {
  if (due.kind === 'never') return 'без срока';
  const days = due.kind === 'at' ? dayNumber(due.at) - dayNumber(now) : daysBetween(dayAhead(0, now), due.day);
  const near = exact ? undefined : NEAR[days];
  if (due.kind === 'at') return near ? `${near}, ${time(due.at)}` : dateTime(due.at);
  return near ?? date(`${due.day}T00:00:00Z`, 'UTC');
}

const NEAR: Record<number, string> = { [-1]: 'вчера', 0: 'сегодня', 1: 'завтра' };

const daysBetween = (from: string, until: string) => Math.round((Date.parse(until) - Date.parse(from)) / DAY_MS);
