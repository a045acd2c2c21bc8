import { infiniteQueryOptions, queryOptions, useQueryClient } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';
import type { operations } from '@/api/schema';
import { elsewhere } from './companyZone';
import { useDeed } from './deed';
import { date, dateTime, time } from './format';
import { dayAhead, momentOf, wallOf } from './plan';

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
  return useDeed({ mutationFn: (body: NewTask) => unwrap(api.POST('/api/tasks', { body })), ...useChanged() });
}

export function useEditTask() {
  return useDeed({
    mutationFn: ({ id, ...body }: TaskEdit & { id: string }) =>
      unwrap(api.PATCH('/api/tasks/{id}', { params: { path: { id } }, body })),
    ...useChanged(),
  });
}

export function useCloseTask() {
  return useDeed({
    mutationFn: ({ id, result }: { id: string; result: string | null }) =>
      unwrap(api.POST('/api/tasks/{id}/close', { params: { path: { id } }, body: { result } })),
    ...useChanged(),
  });
}

export function useReopenTask() {
  return useDeed({
    mutationFn: (id: string) => unwrap(api.POST('/api/tasks/{id}/reopen', { params: { path: { id } } })),
    ...useChanged(),
  });
}

const DAY_MS = 86_400_000;

/** Put off by so many days from the company's today: a time of day stays, a task without one gets the whole day. */
export function putOff(due: TaskDue, days: number, now: number, zone: string): TaskDue {
  const day = dayAhead(days, now, zone);
  if (due.kind !== 'at') return { kind: 'day', day };
  return { kind: 'at', at: new Date(momentOf({ day, time: time(due.at, zone) }, zone)!).toISOString() };
}

export type TaskGroup = 'late' | 'today' | 'later' | 'never';

/** Where an open task stands, by the days of the company. */
export function groupOf(task: Pick<Task, 'due' | 'due_at'>, now: number, zone: string): TaskGroup {
  if (!task.due_at) return 'never';
  if (Date.parse(task.due_at) <= now) return 'late';
  return daysUntil(task.due, now, zone) === 0 ? 'today' : 'later';
}

/**
 * The term as people say it, by the company's clocks: «сегодня, 14:05», «завтра», «05.06.2026»; `exact` is never relative.
 * A time says whose it is where the viewer's clocks show another.
 */
export function dueWords(due: TaskDue, now: number, zone: string, exact = false): string {
  if (due.kind === 'never') return 'без срока';
  const near = exact ? undefined : NEAR[daysUntil(due, now, zone)!];
  if (due.kind === 'day') return near ?? exactDue(due, zone);
  const place = elsewhere(zone);
  const words = near ? `${near}, ${time(due.at, zone)}` : exactDue(due, zone);
  return place ? `${words} (${place})` : words;
}

/** The term with its date, where it is said for all whose clocks they are. */
export function exactDue(due: TaskDue, zone: string): string {
  if (due.kind === 'never') return 'без срока';
  return due.kind === 'day' ? date(`${due.day}T00:00:00Z`, 'UTC') : dateTime(due.at, zone);
}

const NEAR: Record<number, string> = { [-1]: 'вчера', 0: 'сегодня', 1: 'завтра' };

function daysUntil(due: TaskDue, now: number, zone: string): number | undefined {
  if (due.kind === 'never') return undefined;
  const day = due.kind === 'day' ? due.day : wallOf(Date.parse(due.at), zone).day;
  return Math.round((Date.parse(day) - Date.parse(dayAhead(0, now, zone))) / DAY_MS);
}
