import { infiniteQueryOptions, queryOptions, useQueryClient } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';
import { useDeed } from '@/shared/deed';
import type { AuditSearch, UsersSearch } from './search';

export type User = Schema<'User'>;
export type Role = Schema<'Role'>;

export const usersQuery = (search: UsersSearch) =>
  infiniteQueryOptions({
    queryKey: ['users', search],
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/api/users', {
          params: { query: { cursor: pageParam, text: search.text, role: search.role, with_disabled: search.disabled } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export const rolesQuery = queryOptions({ queryKey: ['roles'], queryFn: () => unwrap(api.GET('/api/roles')) });

export const auditQuery = (search: AuditSearch) =>
  infiniteQueryOptions({
    queryKey: ['audit', search],
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/api/audit', {
          params: {
            query: {
              cursor: pageParam,
              user_id: search.user,
              action: search.action,
              from: search.from && new Date(`${search.from}T00:00:00`).toISOString(),
              until: search.until && new Date(Date.parse(`${search.until}T00:00:00`) + 86_400_000).toISOString(),
            },
          },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

function useChange<Given, Made>(change: (given: Given) => Promise<Made>) {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: change,
    onSuccess: () =>
      Promise.all([['users'], ['colleagues'], ['roles'], ['me']].map((queryKey) => cache.invalidateQueries({ queryKey }))),
  });
}

export const useCreateUser = () => useChange((body: Schema<'NewUser'>) => unwrap(api.POST('/api/users', { body })));

export const useEditUser = (id: string) =>
  useChange((body: Schema<'UserPatch'>) => unwrap(api.PATCH('/api/users/{id}', { params: { path: { id } }, body })));

export const usePasswordLink = (id: string) =>
  useChange(() => unwrap(api.POST('/api/users/{id}/password-link', { params: { path: { id } } })));

export type UserAct = 'activate' | 'deactivate' | 'unlock' | 'sign_out' | 'require_code' | 'free_of_code' | 'reset_code';

export const useUserState = (id: string) =>
  useChange((act: UserAct): Promise<unknown> => {
    const params = { path: { id } };
    switch (act) {
      case 'activate':
        return unwrap(api.POST('/api/users/{id}/activate', { params }));
      case 'deactivate':
        return unwrap(api.POST('/api/users/{id}/deactivate', { params }));
      case 'unlock':
        return unwrap(api.POST('/api/users/{id}/unlock', { params }));
      case 'sign_out':
        return unwrap(api.DELETE('/api/users/{id}/sessions', { params }));
      case 'require_code':
        return unwrap(api.PUT('/api/users/{id}/second-factor', { params, body: { required: true } }));
      case 'free_of_code':
        return unwrap(api.PUT('/api/users/{id}/second-factor', { params, body: { required: false } }));
      case 'reset_code':
        return unwrap(api.DELETE('/api/users/{id}/second-factor', { params }));
    }
  });

export const useSetRights = () =>
  useChange(({ code, rights }: { code: string; rights: Schema<'RoleRights'>['rights'] }) =>
    unwrap(api.PUT('/api/roles/{code}/rights', { params: { path: { code } }, body: { rights } })),
  );
