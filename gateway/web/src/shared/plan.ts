import { dayNumber, ownZone } from './format';

const DAY_MS = 86_400_000;

/** A wall clock: `2026-11-23` and `10:00`. */
export interface Wall {
  day: string;
  time: string;
}

/** What the clocks of a zone show at a moment. */
export function wallOf(at: number, zone: string): Wall {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at);
  const part = (type: string) => parts.find((found) => found.type === type)!.value;
  return { day: `${part('year')}-${part('month')}-${part('day')}`, time: `${part('hour')}:${part('minute')}` };
}

const two = (part: string) => part.padStart(2, '0');

/** A clock that shows what is there: the 31st of a short month would quietly be another day. */
function isReal({ day, time }: Wall): boolean {
  const read = new Date(`${day}T${time}:00Z`);
  return !Number.isNaN(+read) && read.toISOString().startsWith(`${day}T${time}`);
}

/**
 * A day as people write it: «05.06.2026», «5.6.26»; nothing for what is no day. «05.06.20» is a year that is still being
 * typed.
 */
export function dayOfWords(words: string): string | undefined {
  const found = /^(\d{1,2})[./](\d{1,2})[./](\d{4}|(?!19|20)\d{2})$/.exec(words.trim());
  if (!found) return undefined;
  const [, day, month, year] = found as unknown as [string, string, string, string];
  const written = `${year.length === 2 ? `20${year}` : year}-${two(month)}-${two(day)}`;
  return isReal({ day: written, time: '00:00' }) ? written : undefined;
}

/** A wall clock as people write it: «05.06.2026» and «9:30»; nothing for what is no time. */
export function wallOfWords(day: string, time: string): Wall | undefined {
  const written = dayOfWords(day);
  const clock = /^(\d{1,2})[:.](\d{2})$/.exec(time.trim());
  if (!written || !clock) return undefined;
  const wall = { day: written, time: `${two(clock[1]!)}:${clock[2]}` };
  return isReal(wall) ? wall : undefined;
}

/** The moment at which the clocks of a zone show this; nothing for what is no time. */
export function momentOf({ day, time }: Wall, zone: string): number | undefined {
  const wanted = Date.parse(`${day}T${time}:00Z`);
  if (Number.isNaN(wanted)) return undefined;
  // Twice, because the difference may change between the guess and the moment.
  let at = wanted;
  for (let step = 0; step < 2; step += 1) at += wanted - shown(at, zone);
  return at;
}

function shown(at: number, zone: string): number {
  const { day, time } = wallOf(at, zone);
  return Date.parse(`${day}T${time}:00Z`);
}

/** The day so many days ahead by the calendar of a zone: a day there may have 23 or 25 hours. */
export function dayAhead(days: number, now: number, zone: string): string {
  const today = Date.parse(`${wallOf(now, zone).day}T00:00:00Z`);
  return new Date(today + days * DAY_MS).toISOString().slice(0, 10);
}

/** The beginning of a day in a zone, as the hub takes it. */
export function dayStart(day: string, zone: string): string {
  return new Date(momentOf({ day, time: '00:00' }, zone)!).toISOString();
}

/** The zone if this browser knows it, else the viewer's own. */
export function knownZone(zone?: string | null): string {
  try {
    return zone ? new Intl.DateTimeFormat('ru', { timeZone: zone }).resolvedOptions().timeZone : ownZone;
  } catch {
    return ownZone;
  }
}

/** The hub puts nothing off for longer. */
export const LONGEST_MS = 366 * DAY_MS;

const MONDAY = 4;

/** Times that are often wanted, by the clocks of a zone; a morning begins at `hour`. */
export function presets(now: number, zone: string, hour = '10:00'): { name: string; at: number }[] {
  const morning = (daysAhead: number) => momentOf({ day: dayAhead(daysAhead, now, zone), time: hour }, zone)!;
  // The first of January 1970 was a Thursday.
  const toMonday = 7 - ((dayNumber(now, zone) - MONDAY + 7) % 7);
  const words = hour.replace(/^0/, '');
  const found = [
    { name: 'Через час', at: Math.ceil(now / 60_000) * 60_000 + 3_600_000 },
    { name: `Сегодня в ${words}`, at: morning(0) },
    { name: `Завтра в ${words}`, at: morning(1) },
    // On a Monday the word alone would be today.
    { name: `${toMonday === 7 ? 'В следующий понедельник' : 'В понедельник'} в ${words}`, at: morning(toMonday) },
  ];
  return found.filter(({ at }, index) => at > now && (index < 3 || toMonday > 1));
}

/** Tomorrow at 9:00 where the person sits. */
export function tomorrowAtNine(now: Date): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, 9);
}
