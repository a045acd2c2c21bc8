import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';

export type Profile = Schema<'Me'>;
export type Right = Schema<'Right'>;

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: () => unwrap(api.GET('/api/me')),
  staleTime: 60_000,
});

/** Who sits here. Only under the frame, which loads it first. */
export function useMe(): Profile {
  return useSuspenseQuery(meQuery).data;
}

/** How far a right goes; nothing where it is missing. */
export function useRight(right: Right): Schema<'Scope'> | undefined {
  return useMe().rights[right];
}
