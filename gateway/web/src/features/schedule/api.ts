import { queryOptions, useQueryClient } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';
import { useDeed } from '@/shared/deed';

export type Task = Schema<'ScheduledTask'>;

/** While something runs or waits for its turn it is looked at every second, else now and then. */
const BUSY_MS = 1000;
const QUIET_MS = 10_000;

/** A task whose time has come waits for a copy of the hub, a few seconds at most. */
export const isDue = (task: Pick<Task, 'next_run_at'>, now: number) => Date.parse(task.next_run_at) <= now;

export const scheduleQuery = queryOptions({
  queryKey: ['schedule'],
  queryFn: () => unwrap(api.GET('/api/schedule')),
  refetchInterval: ({ state }) => {
    const isBusy = state.data?.items.some((task) => task.is_running || isDue(task, Date.now()));
    return isBusy ? BUSY_MS : QUIET_MS;
  },
});

export function useRunNow() {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: (name: string) => unwrap(api.POST('/api/schedule/{name}/run', { params: { path: { name } } })),
    // Also after a refusal: it is running already, and the row shall say so.
    onSettled: () => cache.invalidateQueries({ queryKey: scheduleQuery.queryKey }),
  });
}
