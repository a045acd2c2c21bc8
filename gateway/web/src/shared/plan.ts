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

/** A wall clock as people write it: «05.06.2026» and «9:30»; nothing for what is no time. */
export function wallOfWords(day: string, time: string): Wall | undefined {
  const found = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(day.trim());
  const clock = /^(\d{1,2})[:.](\d{2})$/.exec(time.trim());
  if (!found || !clock) return undefined;
  const two = (part: string) => part.padStart(2, '0');
  const wall = { day: `${found[3]}-${two(found[2]!)}-${two(found[1]!)}`, time: `${two(clock[1]!)}:${clock[2]}` };
  // The 31st of a short month would quietly be another day.
  const read = new Date(`${wall.day}T${wall.time}:00Z`);
  return !Number.isNaN(+read) && read.toISOString().startsWith(`${wall.day}T${wall.time}`) ? wall : undefined;
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
