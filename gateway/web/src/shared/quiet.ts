import { queryOptions } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';
import { wallOf } from './plan';

/** The company's rules of writing to clients. */
export const rulesQuery = queryOptions({
  queryKey: ['messaging-rules'],
  queryFn: () => unwrap(api.GET('/api/messaging-rules')),
});

/** Between which times of a client's clock nobody is written to: `21:00:00` and `09:00:00`; equal is never. */
export type QuietHours = Pick<Schema<'MessagingRules'>, 'quiet_from' | 'quiet_until'>;

/** Whether it is quiet at that moment by the clocks of a zone. */
export function isQuiet({ quiet_from: from, quiet_until: until }: QuietHours, at: number, zone: string): boolean {
  const time = `${wallOf(at, zone).time}:00`;
  return from <= until ? from <= time && time < until : time >= from || time < until;
}

/** «21:00–9:00» */
export function quietWords({ quiet_from: from, quiet_until: until }: QuietHours): string {
  const short = (time: string) => time.slice(0, 5).replace(/^0/, '');
  return `${short(from)}–${short(until)}`;
}
