import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import { plural } from '@/shared/plural';
import { RailBadge } from '@/shared/ui/RailBadge';

const taskCountsQuery = queryOptions({
  queryKey: ['tasks', 'counts'],
  queryFn: () => unwrap(api.GET('/api/tasks/counts')),
  // At midnight a day begins, and nobody tells.
  refetchInterval: 300_000,
});

/** How many of one's own tasks are late or due today. */
export function TasksBadge() {
  const counts = useQuery(taskCountsQuery).data;
  if (!counts) return null;
  const { overdue, today } = counts;
  const words = `${plural(overdue + today, 'задача', 'задачи', 'задач')} на сегодня${overdue > 0 ? `, просрочено: ${overdue}` : ''}`;
  return <RailBadge count={overdue + today} words={words} />;
}
