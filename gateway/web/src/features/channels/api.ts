import { infiniteQueryOptions, queryOptions, useQueryClient } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';
import { useDeed } from '@/shared/deed';

export type { Account } from '@/shared/accounts';
export type Connector = Schema<'ConnectorView'>;
export type Setting = Schema<'SettingView'>;

export const connectorsQuery = queryOptions({
  queryKey: ['connectors'],
  staleTime: Infinity,
  queryFn: async () => (await unwrap(api.GET('/api/connectors'))).items,
});

export const accountQuery = (id: string) =>
  queryOptions({
    queryKey: ['accounts', 'one', id],
    queryFn: () => unwrap(api.GET('/api/accounts/{id}', { params: { path: { id } } })),
  });

export const noticesQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['accounts', 'notices', id],
    queryFn: ({ pageParam }) =>
      unwrap(api.GET('/api/accounts/{id}/notices', { params: { path: { id }, query: { cursor: pageParam, limit: 20 } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export type Template = Schema<'Template'>;
export type TemplateList = Schema<'TemplateList'>;

export const templatesQuery = (id: string) =>
  queryOptions({
    queryKey: ['accounts', 'templates', id],
    queryFn: () => unwrap(api.GET('/api/accounts/{id}/templates', { params: { path: { id } } })),
  });

/** «Обновить»: the provider is asked at once. */
export function useRefreshTemplates(id: string) {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: () => unwrap(api.POST('/api/accounts/{id}/templates/refresh', { params: { path: { id } } })),
    onSuccess: (list) => cache.setQueryData(templatesQuery(id).queryKey, list),
    // What failed stands in the list too.
    onError: () => cache.invalidateQueries({ queryKey: templatesQuery(id).queryKey }),
  });
}

export function useBindTemplate(account: string, id: string) {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: (fields: Schema<'TemplateBindings'>['fields']) =>
      unwrap(api.PUT('/api/templates/{id}/fields', { params: { path: { id } }, body: { fields } })),
    onSuccess: () => cache.invalidateQueries({ queryKey: templatesQuery(account).queryKey }),
  });
}

export function useConnect() {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: (body: Schema<'NewAccountForm'>) => unwrap(api.POST('/api/accounts', { body })),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['accounts'] }),
  });
}

export function useEditAccount(id: string) {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: (body: Schema<'AccountPatch'>) =>
      unwrap(api.PATCH('/api/accounts/{id}', { params: { path: { id } }, body })),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['accounts'] }),
  });
}

/** «Проверить» and «Настроить у провайдера». */
export function useMend(id: string) {
  const cache = useQueryClient();
  const onSuccess = () => cache.invalidateQueries({ queryKey: ['accounts'] });
  const params = { path: { id } };
  const check = useDeed({ mutationFn: () => unwrap(api.POST('/api/accounts/{id}/check', { params })), onSuccess });
  const repair = useDeed({ mutationFn: () => unwrap(api.POST('/api/accounts/{id}/repair', { params })), onSuccess });
  return { check, repair };
}
