import { useQueryClient } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';
import { clientQuery } from '@/shared/clients';
import { useDeed } from '@/shared/deed';

export type Contract = Schema<'Contract'>;

function useCardChanged(client: string) {
  const cache = useQueryClient();
  return () =>
    Promise.all([
      cache.invalidateQueries({ queryKey: clientQuery(client).queryKey, exact: true }),
      cache.invalidateQueries({ queryKey: ['clients', 'list'] }),
    ]);
}

interface SavedContract {
  /** Of a new one; the same id again is the same contract. */
  id: string;
  /** The one to change. */
  contract?: Contract;
  body: Omit<Schema<'NewContract'>, 'id'>;
}

export function useSaveContract(client: string) {
  const changed = useCardChanged(client);
  return useDeed({
    mutationFn: ({ id, contract, body }: SavedContract): Promise<unknown> =>
      contract
        ? unwrap(
            api.PATCH('/api/contracts/{id}', {
              params: { path: { id: contract.id } },
              body: { ...body, version: contract.version },
            }),
          )
        : unwrap(api.POST('/api/clients/{id}/contracts', { params: { path: { id: client } }, body: { id, ...body } })),
    // Also after a refusal: a press before may have come through.
    onSettled: changed,
  });
}

export function useWithdrawContract(client: string) {
  const changed = useCardChanged(client);
  return useDeed({
    mutationFn: (id: string) => unwrap(api.DELETE('/api/contracts/{id}', { params: { path: { id } } })),
    onSettled: changed,
  });
}

export function useRestoreContract(client: string) {
  const changed = useCardChanged(client);
  return useDeed({
    mutationFn: (id: string) => unwrap(api.POST('/api/contracts/{id}/restore', { params: { path: { id } } })),
    onSettled: changed,
  });
}
