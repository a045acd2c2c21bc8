import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';
import { useDeed } from './deed';
import { useRight } from './me';

export type ChangeRequest = Schema<'ChangeRequest'>;
export type RequestField = Schema<'RequestField'>;
export type NewChangeRequest = Schema<'NewChangeRequest'>;

/** What can be asked for, in words. */
export const REQUEST_FIELD: Record<RequestField, string> = {
  'client.name': 'Название',
  'client.inn': 'ИНН',
  'client.kpp': 'КПП',
  'client.ogrn': 'ОГРН',
  'contact.name': 'Имя',
  'contact.address': 'Телефон или почта',
};

export const freezeQuery = queryOptions({
  queryKey: ['contact-freeze'],
  staleTime: 60_000,
  queryFn: () => unwrap(api.GET('/api/contact-freeze')),
});

/** Contact data that were given once are closed to this person; until the switch is known, they are. */
export function useFrozen(): boolean {
  const mayCorrect = useRight('contacts.correct') !== undefined;
  const freeze = useQuery({ ...freezeQuery, enabled: !mayCorrect });
  return !mayCorrect && (freeze.data?.enabled ?? true);
}

export function useAskForChange() {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: (body: NewChangeRequest) => unwrap(api.POST('/api/change-requests', { body })),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['change-requests'] }),
  });
}
