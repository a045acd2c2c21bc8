import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';
import { clientQuery } from '@/shared/clients';

export type Contract = Schema<'Contract'>;

function useCardChanged(client: string) {
  const cache = useQueryClient();
  return () =>
    Promise.all([
      cache.invalidateQueries({ queryKey: clientQuery(client).queryKey, exact: true }),
      cache.invalidateQueries({ queryKey: ['clients', 'list'] }),
    ]);
}

export function useSaveContract(client: string) {
  const changed = useCardChanged(client);
  return useMutation({
    mutationFn: ({ contract, body }: { contract?: Contract; body: Schema<'NewContract'> }): Promise<unknown> =>
      contract
        ? unwrap(
            api.PATCH('/api/contracts/{id}', {
              params: { path: { id: contract.id } },
              body: { ...body, version: contract.version },
            }),
          )
        : unwrap(api.POST('/api/clients/{id}/contracts', { params: { path: { id: client } }, body })),
    onSuccess: changed,
  });
}

export function useWithdrawContract(client: string) {
  const changed = useCardChanged(client);
  return useMutation({
    mutationFn: (id: string) => unwrap(api.DELETE('/api/contracts/{id}', { params: { path: { id } } })),
    onSettled: changed,
  });
}

export function useRestoreContract(client: string) {
  const changed = useCardChanged(client);
  return useMutation({
    mutationFn: (id: string) => unwrap(api.POST('/api/contracts/{id}/restore', { params: { path: { id } } })),
    onSettled: changed,
  });
}
