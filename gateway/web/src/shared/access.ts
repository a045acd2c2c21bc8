import { infiniteQueryOptions, queryOptions, useQueryClient } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';
import type { ClientStub } from './clients';
import { useDeed } from './deed';

export type AccessRequest = Schema<'AccessRequest'>;
export type Loan = Schema<'Loan'>;
export type AccessAnswer = Schema<'AccessDecision'>;

/** Requests on which the viewer decides. */
export const accessRequestsQuery = (ended: boolean) =>
  infiniteQueryOptions({
    queryKey: ['access-requests', 'list', ended],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => unwrap(api.GET('/api/access-requests', { params: { query: { ended, cursor: pageParam } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export const ownAccessQuery = infiniteQueryOptions({
  queryKey: ['access-requests', 'own'],
  initialPageParam: undefined as string | undefined,
  queryFn: ({ pageParam }) => unwrap(api.GET('/api/me/access-requests', { params: { query: { cursor: pageParam } } })),
  getNextPageParam: (page) => page.next_cursor ?? undefined,
});

/** A stub has no id: it is known by what it shows. */
const isOf = (stub: ClientStub, { client }: AccessRequest) =>
  client.name === stub.name && client.inn === stub.inn && client.responsible === stub.responsible;

/** One's open request for the client of a stub. */
export function openRequestFor(stub: ClientStub, own: AccessRequest[]): AccessRequest | undefined {
  return own.find((request) => request.state === 'open' && isOf(stub, request));
}

/** The card of a stub's client, where a request of one's own has opened it since. */
export function openedCardOf(stub: ClientStub, own: AccessRequest[]): string | undefined {
  return own.find((request) => request.state === 'granted' && !request.is_over && request.client_id && isOf(stub, request))?.client_id ?? undefined;
}

/** What a client is called whom nobody has named: there is nothing to tell him by. */
const NAMELESS = 'Без имени';

/** Whether a stub says enough to ask for its client: the card's address, an ИНН, or a name. */
export const mayBeAskedFor = (stub: ClientStub, clientId?: string) => Boolean(clientId || stub.inn || stub.name !== NAMELESS);

export const accessCountsQuery = queryOptions({
  queryKey: ['access-requests', 'counts'],
  queryFn: () => unwrap(api.GET('/api/access-requests/counts')),
});

export const accessRequest = (id: string) => unwrap(api.GET('/api/access-requests/{id}', { params: { path: { id } } }));

/** To whom a client is open beside those who answer for it. */
export const loansQuery = (client: string) =>
  queryOptions({
    queryKey: ['clients', client, 'loans'],
    queryFn: () => unwrap(api.GET('/api/clients/{id}/loans', { params: { path: { id: client } } })),
  });

function useChanged() {
  const cache = useQueryClient();
  return () => cache.invalidateQueries({ queryKey: ['access-requests'] });
}

export function useAskForAccess() {
  const changed = useChanged();
  return useDeed({
    mutationFn: (body: Schema<'NewAccessRequest'>) => unwrap(api.POST('/api/access-requests', { body })),
    onSuccess: changed,
  });
}

export function useAnswerAccess(id: string) {
  const changed = useChanged();
  return useDeed({
    mutationFn: (body: AccessAnswer) => unwrap(api.POST('/api/access-requests/{id}/decide', { params: { path: { id } }, body })),
    // Also after a refusal: somebody else may have answered.
    onSettled: changed,
  });
}

export function useWithdrawAccess(id: string) {
  const changed = useChanged();
  return useDeed({
    mutationFn: () => unwrap(api.DELETE('/api/access-requests/{id}', { params: { path: { id } } })),
    onSettled: changed,
  });
}

/** Takes back an access that was just given: the loan is looked for, for the answer does not name it. */
export function useTakeBack() {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: async ({ client, user }: { client: string; user: string }) => {
      const path = { id: client };
      const loans = await unwrap(api.GET('/api/clients/{id}/loans', { params: { path } }));
      const given = loans.filter((loan) => loan.user.id === user && loan.may_end);
      for (const loan of given) await unwrap(api.DELETE('/api/loans/{id}', { params: { path: { id: loan.id } } }));
    },
    onSettled: (_done, _error, { client }) =>
      Promise.all([['clients', client], ['access-requests']].map((queryKey) => cache.invalidateQueries({ queryKey }))),
  });
}

export function useEndLoan(client: string) {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: (id: string) => unwrap(api.DELETE('/api/loans/{id}', { params: { path: { id } } })),
    onSettled: () => cache.invalidateQueries({ queryKey: ['clients', client] }),
  });
}
