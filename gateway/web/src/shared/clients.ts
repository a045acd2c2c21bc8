import { queryOptions } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';

export type ClientCard = Schema<'ClientCard'>;
export type ClientStub = Schema<'ClientStub'>;

export const clientQuery = (id: string) =>
  queryOptions({
    queryKey: ['clients', id],
    queryFn: () => unwrap(api.GET('/api/clients/{id}', { params: { path: { id } } })),
  });
