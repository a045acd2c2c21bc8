import type { Conversation } from './api';

/** Whether it was laid aside and its time has not come. */
export function rests({ rest }: Pick<Conversation, 'rest'>, now: number): boolean {
  return rest != null && (rest.until == null || Date.parse(rest.until) > now);
}
