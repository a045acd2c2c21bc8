import { queryOptions, useQueryClient } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';
import { useDeed } from '@/shared/deed';
import { meQuery } from '@/shared/me';

export const sessionsQuery = queryOptions({
  queryKey: ['me', 'sessions'],
  queryFn: async () => (await unwrap(api.GET('/api/me/sessions'))).items,
});

export const keysQuery = queryOptions({
  queryKey: ['me', 'api-keys'],
  queryFn: async () => (await unwrap(api.GET('/api/me/api-keys'))).items,
});

export function useSetPhone() {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: (phone: string) => unwrap(api.PATCH('/api/me', { body: { phone } })),
    onSuccess: (profile) => cache.setQueryData(meQuery.queryKey, profile),
  });
}

export function useChangePassword() {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: (body: Schema<'ChangePassword'>) => unwrap(api.PUT('/api/me/password', { body })),
    onSuccess: () => cache.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  });
}

export function useEndSession() {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: (id: string | 'others') =>
      id === 'others'
        ? unwrap(api.DELETE('/api/me/sessions'))
        : unwrap(api.DELETE('/api/me/sessions/{id}', { params: { path: { id } } })),
    onSuccess: () => cache.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  });
}

export function useMakeKey() {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: (body: Schema<'NewApiKey'>) => unwrap(api.POST('/api/me/api-keys', { body })),
    onSuccess: () => cache.invalidateQueries({ queryKey: keysQuery.queryKey }),
  });
}

export function useRevokeKey() {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: (id: string) => unwrap(api.DELETE('/api/me/api-keys/{id}', { params: { path: { id } } })),
    onSuccess: () => cache.invalidateQueries({ queryKey: keysQuery.queryKey }),
  });
}

/** Which person in Telegram one is. */
export const bindingQuery = queryOptions({
  queryKey: ['me', 'bridge'],
  // The code is used elsewhere, without a notice.
  refetchInterval: 5000,
  queryFn: () => unwrap(api.GET('/api/me/bridge')),
});

export function useBindingCode() {
  return useDeed({ mutationFn: () => unwrap(api.POST('/api/me/bridge/code')) });
}

export function useUnbind() {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: () => unwrap(api.DELETE('/api/me/bridge')),
    onSuccess: () => cache.invalidateQueries({ queryKey: bindingQuery.queryKey }),
  });
}

/** What the app needs; the secret is shown this once. */
export function useEnrolFactor() {
  return useDeed({ mutationFn: (password: string) => unwrap(api.POST('/api/me/second-factor', { body: { password } })) });
}

/** The first code switches it on. The profile is read anew when the recovery codes have been kept. */
export function useConfirmFactor() {
  return useDeed({ mutationFn: (code: string) => unwrap(api.PUT('/api/me/second-factor', { body: { code } })) });
}

export function useDisableFactor() {
  const meAnew = useMeAnew();
  return useDeed({
    mutationFn: (password: string) => unwrap(api.DELETE('/api/me/second-factor', { body: { password } })),
    onSuccess: meAnew,
  });
}

/** The former recovery codes die. */
export function useRenewCodes() {
  return useDeed({
    mutationFn: (password: string) => unwrap(api.POST('/api/me/second-factor/recovery-codes', { body: { password } })),
  });
}

export function useSetEmail() {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: (body: Schema<'OwnEmail'>) => unwrap(api.PUT('/api/me/email', { body })),
    onSuccess: (profile) => cache.setQueryData(meQuery.queryKey, profile),
  });
}

/** Reads anew who one is. */
export function useMeAnew() {
  const cache = useQueryClient();
  return () => void cache.invalidateQueries({ queryKey: meQuery.queryKey, exact: true });
}
