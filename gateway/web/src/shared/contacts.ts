import { queryOptions } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';

export type Contact = Schema<'Contact'>;

export const contactQuery = (id: string) =>
  queryOptions({
    queryKey: ['contacts', id],
    queryFn: () => unwrap(api.GET('/api/contacts/{id}', { params: { path: { id } } })),
  });

/** Which messages a person takes, and by whose word. Under the person, so that news of him refresh it. */
export const consentsQuery = (id: string) =>
  queryOptions({
    queryKey: ['contacts', id, 'consents'],
    queryFn: () => unwrap(api.GET('/api/contacts/{id}/consents', { params: { path: { id } } })),
  });

/** The people of a client; a company of more than 200 shows those known longest. */
export const peopleQuery = (client: string) =>
  queryOptions({
    queryKey: ['clients', client, 'contacts'],
    queryFn: () =>
      unwrap(api.GET('/api/clients/{id}/contacts', { params: { path: { id: client }, query: { limit: 200 } } })),
  });
