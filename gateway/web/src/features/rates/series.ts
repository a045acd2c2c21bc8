import type { Schema } from '@/api/client';
import type { Rate } from './api';

/** One point: a day as seconds of UTC midnight, and rubles for one unit. Floats are good enough to draw. */
export interface Point {
  at: number;
  value: number;
  /** The record behind it; the ends of the line have that of an earlier day. */
  rate: Rate;
}

const seconds = (day: string) => Date.parse(`${day}T00:00:00Z`) / 1000;

/**
 * The line of a chart: records that count, from the first day of the period to the last one or to today. A rate holds
 * until the next, so the line begins with the one before the period and goes on behind the last record.
 */
export function pointsOf(history: Schema<'RateHistory'>, today: string): Point[] {
  const point = (rate: Rate, day: string): Point => ({ at: seconds(day), value: Number(rate.unit_rate), rate });
  const points = history.items.filter((rate) => rate.is_used).map((rate) => point(rate, rate.effective_on));
  if (history.before && points[0]?.rate.effective_on !== history.from) points.unshift(point(history.before, history.from));
  const last = points.at(-1);
  const end = history.until < today ? history.until : today;
  if (last && last.at < seconds(end)) points.push(point(last.rate, end));
  return points;
}

/** How a period went, for those who do not see the line. */
export interface Course {
  first: Point;
  last: Point;
  least: Point;
  most: Point;
}

export function courseOf(points: Point[]): Course | undefined {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return undefined;
  const least = points.reduce((one, other) => (other.value < one.value ? other : one));
  const most = points.reduce((one, other) => (other.value > one.value ? other : one));
  return { first, last, least, most };
}
