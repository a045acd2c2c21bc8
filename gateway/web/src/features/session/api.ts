import { queryOptions, useQueryClient } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';
import { useDeed } from '@/shared/deed';
import { meQuery } from '@/shared/me';

/** Signs in: from then on the profile is known. */
export function useSignIn() {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: (body: Schema<'SignIn'>) => unwrap(api.POST('/api/session', { body })),
    onSuccess: (profile) => {
      // What another person saw in this browser is not for this one.
      cache.clear();
      cache.setQueryData(meQuery.queryKey, profile);
    },
  });
}

export function useSignOut() {
  return useDeed({ mutationFn: () => unwrap(api.DELETE('/api/session')) });
}

/** The first administrator, signed in at once. */
export function useSetUp() {
  const signIn = useSignIn();
  return useDeed({
    mutationFn: async (body: Schema<'SetUp'>) => {
      await unwrap(api.POST('/api/setup', { body }));
      return signIn.mutateAsync({ login: body.login, password: body.password });
    },
  });
}

/** Whether a one-time link still works: asked before anybody types. */
export const linkQuery = (token: string, purpose: Schema<'LinkPurpose'>) =>
  queryOptions({
    queryKey: ['link', purpose, token],
    queryFn: async () => (await unwrap(api.POST('/api/password/link', { body: { token, purpose } }))).live,
    gcTime: 0,
  });

export function useSetPassword() {
  return useDeed({
    mutationFn: (body: Schema<'SetPassword'>) => unwrap(api.POST('/api/password', { body })),
  });
}
