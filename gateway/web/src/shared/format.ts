import { plural } from './plural';

/** Of the viewer: what the browser says. */
export const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

const NBSP = '\u00a0';
const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify(options);
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat('ru', options);
  formats.set(key, made);
  return made;
}

type Moment = string | number | Date;

/** 14:05 */
export function time(at: Moment, timeZone = ownZone): string {
  return format({ hour: '2-digit', minute: '2-digit', timeZone }).format(new Date(at));
}

/** 05.06.2026 */
export function date(at: Moment, timeZone = ownZone): string {
  return format({ day: '2-digit', month: '2-digit', year: 'numeric', timeZone }).format(new Date(at));
}

/** 05.06.2026, 14:05 */
export function dateTime(at: Moment, timeZone = ownZone): string {
  return `${date(at, timeZone)}, ${time(at, timeZone)}`;
}

/** The exact time, with the client's own beside it where it differs. */
export function exactly(at: Moment, clientZone?: string | null): string {
  const own = dateTime(at);
  if (!clientZone || clientZone === ownZone) return own;
  const theirs = safely(() => dateTime(at, clientZone));
  return theirs && theirs !== own ? `${own} · у клиента ${theirs.split(', ')[1] ?? theirs}` : own;
}

/** The calendar day as a number that grows by one a day. */
export function dayNumber(at: Moment, timeZone = ownZone): number {
  const parts = format({ year: 'numeric', month: 'numeric', day: 'numeric', timeZone }).formatToParts(new Date(at));
  const part = (type: string) => Number(parts.find((found) => found.type === type)?.value);
  return Math.round(Date.UTC(part('year'), part('month') - 1, part('day')) / DAY_MS);
}

/** «Сегодня», «Вчера», «5 июня», «5 июня 2025»: the head of a day. */
export function dayName(at: Moment, now: Moment): string {
  const days = dayNumber(now) - dayNumber(at);
  if (days === 0) return 'Сегодня';
  if (days === 1) return 'Вчера';
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return format({ day: 'numeric', month: 'long', ...(sameYear ? {} : { year: 'numeric' }), timeZone: ownZone })
    .format(new Date(at))
    .replace(/ г\.$/, '');
}

/** «сейчас», «2 мин», «3 ч», «вчера», «пн», after a week the date. */
export function ago(at: Moment, now: Moment): string {
  const minutes = Math.floor((+new Date(now) - +new Date(at)) / 60_000);
  if (minutes < 1) return 'сейчас';
  if (minutes < 60) return `${minutes}${NBSP}мин`;
  const days = dayNumber(now) - dayNumber(at);
  if (days === 0) return `${Math.floor(minutes / 60)}${NBSP}ч`;
  if (days === 1) return 'вчера';
  if (days < 7) return format({ weekday: 'short', timeZone: ownZone }).format(new Date(at));
  return date(at);
}

/** «18 мин», «2 ч», «3 дня»: how long something has lasted. */
export function lasted(since: Moment, now: Moment): string {
  const minutes = Math.max(0, Math.floor((+new Date(now) - +new Date(since)) / 60_000));
  if (minutes < 60) return `${minutes}${NBSP}мин`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)}${NBSP}ч`;
  return plural(Math.floor(minutes / 1440), 'день', 'дня', 'дней');
}

/** 0:23, 1:02:05 */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (part: number) => String(part).padStart(2, '0');
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** «4 мин 12 с» */
export function duration(microseconds: number): string {
  const seconds = Math.round(microseconds / 1_000_000);
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const words = [
    hours > 0 && `${hours}${NBSP}ч`,
    minutes > 0 && `${minutes}${NBSP}мин`,
    (rest > 0 || seconds === 0) && hours === 0 && `${rest}${NBSP}с`,
  ];
  return words.filter(Boolean).join(' ');
}

/** «1,2 МБ» */
export function size(bytes: number): string {
  const units = ['Б', 'КБ', 'МБ', 'ГБ'];
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit > 0 && value < 10 ? 1 : 0;
  const shown = new Intl.NumberFormat('ru', { maximumFractionDigits: digits }).format(value);
  return `${shown}${NBSP}${units[unit]}`;
}

/** 12 345 */
export function number(value: number): string {
  return new Intl.NumberFormat('ru').format(value);
}

/** +79161234567 → «+7 916 123-45-67»; other countries in groups. */
export function phone(value: string): string {
  const russian = /^(?:\+7|[78])(\d{3})(\d{3})(\d{2})(\d{2})$/.exec(value);
  if (russian) return `+7${NBSP}${russian[1]}${NBSP}${russian[2]}-${russian[3]}-${russian[4]}`;
  const kyrgyz = /^\+996(\d{3})(\d{3})(\d{3})$/.exec(value);
  if (kyrgyz) return `+996${NBSP}${kyrgyz[1]}${NBSP}${kyrgyz[2]}-${kyrgyz[3]}`;
  return value;
}

/** A client whom nobody has named is called by his number. */
export const isNumber = (name: string) => /^\+?\d[\d\s\u00a0()-]{4,}$/.test(name);

/** The client's clock now and whether it is a time to call; nothing for a zone that the browser does not know. */
export function clientClock(zone: string | null | undefined, now: Moment): { text: string; isDay: boolean } | null {
  if (!zone) return null;
  return safely(() => {
    const text = time(now, zone);
    const hour = Number(text.slice(0, 2));
    return { text, isDay: hour >= 9 && hour < 18 };
  });
}

function safely<T>(made: () => T): T | null {
  try {
    return made();
  } catch {
    return null;
  }
}
