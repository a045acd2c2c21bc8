import { queryOptions } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';
import { channelLook } from '@/channels';
import { phone } from './format';

export type Contact = Schema<'Contact'>;

/** An address as people name it; of one that only a channel understands, the channel. */
export function addressWords({ kind, scope, value }: Pick<Schema<'Identity'>, 'kind' | 'scope' | 'value'>): string {
  if (kind === 'phone') return phone(value);
  return kind === 'email' ? value : channelLook(scope.split(/[:/]/)[0]!).name;
}

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
