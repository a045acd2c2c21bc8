import { queryOptions } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';

export type Handover = Schema<'Handover'>;

/** Which of these clients are in other hands for a time. */
export const lastingQuery = (clients: string[]) =>
  queryOptions({
    queryKey: ['clients', 'list', 'handovers', 'lasting', clients],
    queryFn: () => unwrap(api.POST('/api/handovers/lasting', { body: { client_ids: clients } })),
    // Somebody else may have given one of them a minute ago.
    staleTime: 0,
  });

/**
 * Those that a transfer to somebody ends before their day: not where the client goes back with it, nor where whoever has it
 * gets another day.
 */
export function lostBy(handovers: Handover[], to: string | null, hasDay: boolean): Handover[] {
  return handovers.filter(({ from, to: keeper }) => from.id !== to && !(keeper.id === to && hasDay));
}
