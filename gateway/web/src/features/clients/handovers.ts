import { queryOptions } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';
import { useDeed } from '@/shared/deed';
import { useChanged } from './api';

export type Handover = Schema<'Handover'>;

/** Clients in other hands for a time, and those that did not go back. */
export const handoversQuery = queryOptions({
  queryKey: ['clients', 'list', 'handovers'],
  queryFn: () => unwrap(api.GET('/api/handovers')),
});

/** Ends a handover, or gives it another day. */
export function useChangeHandover(handover: Handover) {
  const changed = useChanged(handover.client_id);
  const path = { id: handover.id };
  return useDeed({
    mutationFn: (act: { until: string } | 'return' | 'keep') => {
      if (act === 'return') return unwrap(api.POST('/api/handovers/{id}/return', { params: { path } }));
      if (act === 'keep') return unwrap(api.DELETE('/api/handovers/{id}', { params: { path } }));
      return unwrap(api.PATCH('/api/handovers/{id}', { params: { path }, body: act }));
    },
    onSettled: changed,
  });
}
