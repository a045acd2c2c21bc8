import type { TaskFilter } from '@/shared/tasks';
import type { TasksSearch } from './search';

/** The same question for the table and for its file. */
export function controlFilter({ state, author, responsible, kind, from, until, order }: TasksSearch): TaskFilter {
  const all = { state, author, responsible, kind, from, until, sort: order ?? '-created_at' };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
