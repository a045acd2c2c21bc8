import type { Conversation } from './api';

/** Tomorrow at 9:00 where the person sits. */
export function tomorrowAtNine(now: Date): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, 9);
}

/** Whether it was laid aside and its time has not come. */
export function rests({ rest }: Pick<Conversation, 'rest'>, now: number): boolean {
  return rest != null && (rest.until == null || Date.parse(rest.until) > now);
}
