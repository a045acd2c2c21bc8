import { queryOptions, useQueryClient } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';
import { useDeed } from '@/shared/deed';

export type Seated = Schema<'Extension'>;

/** Who sits at which extension, of all telephonies. */
export const seatsQuery = queryOptions({
  queryKey: ['extensions'],
  queryFn: async () => (await unwrap(api.GET('/api/extensions'))).items,
});

/** Seats somebody in place of whoever sat there; `null` leaves the extension free. */
export function useSeat(account: string) {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: ({ number, user }: { number: string; user: string | null }) =>
      unwrap(api.PUT('/api/extensions', { body: { account_id: account, number, user_id: user } })),
    onSuccess: ({ items }) => cache.setQueryData(seatsQuery.queryKey, items),
  });
}

/** The extensions of one telephony: those in its settings and those where somebody sits, each with him. */
export function seatsOf(account: string, listed: unknown, seated: Seated[]): { number: string; user?: Seated['user'] }[] {
  const here = new Map(seated.filter((seat) => seat.account_id === account).map((seat) => [seat.number, seat.user]));
  const words = Array.isArray(listed) ? listed.map(String) : String(listed ?? '').split(/[\s,;]+/);
  const numbers = words.map(dialled).filter((number) => number !== '');
  return [...new Set([...numbers, ...here.keys()])].sort().map((number) => ({ number, user: here.get(number) }));
}

/** `10129*101@sip.example` is dialled `101`. */
function dialled(extension: string): string {
  return extension.split('@')[0]!.split('*').at(-1)!.replace(/\D/g, '');
}
