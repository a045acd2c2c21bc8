import { text, word, type RawSearch } from '@/shared/search';

export const PERIODS = ['month', 'quarter', 'year', 'all'] as const;
export type Period = (typeof PERIODS)[number];

/** What of the rates stands in the address. Days of one's own go before a period. */
export interface RatesSearch {
  currency?: string;
  period?: Period;
  from?: string;
  until?: string;
}

export function RatesSearch(search: RawSearch): RatesSearch {
  return {
    currency: text(search.currency)?.match(/^[A-Z]{3}$/)?.[0],
    period: word(search.period, PERIODS),
    from: day(search.from),
    until: day(search.until),
  };
}

function day(value: unknown): string | undefined {
  const found = text(value)?.match(/^\d{4}-\d{2}-\d{2}$/)?.[0];
  return found && !Number.isNaN(Date.parse(found)) ? found : undefined;
}

const LENGTHS: Record<Period, number> = { month: 30, quarter: 91, year: 365, all: 3650 };
/** The hub answers for ten years at once. */
const LONGEST_DAYS = 3660;

/** The days to ask for; without an end the known rates of the days ahead are among them. */
export function daysOf(search: RatesSearch, today: string): { from: string; until?: string } {
  if (search.from ?? search.until) {
    const from = search.from ?? shifted(search.until!, -LENGTHS.year);
    return { from, until: search.until };
  }
  return { from: shifted(today, -LENGTHS[search.period ?? 'quarter']) };
}

/** Why days of one's own cannot be shown. */
export function wrongDays({ from, until }: { from: string; until?: string }, today: string): string | undefined {
  const end = until ?? today;
  if (from > end) return 'Первый день позже последнего.';
  if (shifted(from, LONGEST_DAYS) < end) return 'За один раз показывается не больше десяти лет.';
  return undefined;
}

/** A day so many days later. */
export function shifted(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
