import type { Schema } from '@/api/client';
import type { Channel } from '@/channels';
import { quoted } from '@/shared/words/quoted';

type Kind = Schema<'EntryKind'>;

/** Which rows are shown; an absent field shows all. */
export interface TimelineFilter {
  kinds?: Kind[];
  channels?: Channel[];
  contact?: string;
  withFiles?: boolean;
  from?: string;
  until?: string;
}

interface ChipFilter {
  kinds?: readonly Kind[];
  channels?: readonly Channel[];
  withFiles?: boolean;
}

/** The chips above a timeline. */
export const CHIPS = {
  all: { name: 'Всё', shown: '', filter: {} },
  messages: { name: 'Сообщения', shown: 'сообщения', filter: { kinds: ['message'] } },
  calls: { name: 'Звонки', shown: 'звонки', filter: { kinds: ['call'] } },
  letters: { name: 'Письма и SMS', shown: 'письма и SMS', filter: { kinds: ['message'], channels: ['sms'] } },
  notes: { name: 'Комментарии', shown: 'комментарии', filter: { kinds: ['note'] } },
  files: { name: 'Файлы', shown: 'сообщения с файлами', filter: { withFiles: true } },
  system: { name: 'Система', shown: 'системные записи', filter: { kinds: ['system'] } },
} as const satisfies Record<string, { name: string; shown: string; filter: ChipFilter }>;

export type Chip = keyof typeof CHIPS;

export const PERIODS = {
  any: { name: 'Весь срок', shown: '', days: 0 },
  day: { name: 'Сутки', shown: 'за сутки', days: 1 },
  week: { name: 'Неделя', shown: 'за неделю', days: 7 },
  month: { name: 'Месяц', shown: 'за месяц', days: 30 },
  year: { name: 'Год', shown: 'за год', days: 365 },
} as const;

export type Period = keyof typeof PERIODS;

/** What a person has chosen; kept for the next time. */
export interface Choice {
  chip: Chip;
  period: Period;
  /** When a counter of the card asked for all of a kind: other choices end with it. */
  asked?: number;
}

export const NO_CHOICE: Choice = { chip: 'all', period: 'any' };

export const CHOICE_KEY = 'uzel-timeline-filter';

/** The choice that a timeline will open with. */
export function storedChoice(): Choice {
  const kept = localStorage.getItem(CHOICE_KEY);
  return kept ? (JSON.parse(kept) as Choice) : NO_CHOICE;
}

/** The filter of a choice. `now` to the minute, so that the same choice is the same question for a while. */
export function filterOf(choice: Choice, contact: string | undefined, now: number): TimelineFilter {
  const chip: ChipFilter = CHIPS[choice.chip].filter;
  const { days } = PERIODS[choice.period];
  const from = days > 0 ? new Date(Math.floor(now / 60_000) * 60_000 - days * 86_400_000).toISOString() : undefined;
  const filter: TimelineFilter = {};
  if (chip.kinds) filter.kinds = [...chip.kinds];
  if (chip.channels) filter.channels = [...chip.channels];
  if (chip.withFiles) filter.withFiles = true;
  if (contact) filter.contact = contact;
  if (from) filter.from = from;
  return filter;
}

/** «Показаны звонки за неделю»; nothing when everything is shown. */
export function wordsOf(choice: Choice, contact?: string): string | null {
  const parts = [CHIPS[choice.chip].shown || (choice.period === 'any' && !contact ? '' : 'события')];
  if (PERIODS[choice.period].shown) parts.push(PERIODS[choice.period].shown);
  if (contact) parts.push(`с ${quoted(contact)}`);
  const words = parts.filter(Boolean).join(' ');
  return words === '' ? null : `Показаны ${words}`;
}

/** Whether a row that has just come belongs to what is shown. */
export function accepts(filter: TimelineFilter, entry: Schema<'TimelineEntry'>): boolean {
  const at = Date.parse(entry.occurred_at);
  return (
    (!filter.kinds || filter.kinds.includes(entry.kind)) &&
    (!filter.channels || (!!entry.account && filter.channels.includes(entry.account.channel))) &&
    (!filter.withFiles || showsFiles(entry)) &&
    (!filter.contact || entry.contact?.id === filter.contact) &&
    (!filter.from || at >= Date.parse(filter.from)) &&
    (!filter.until || at < Date.parse(filter.until))
  );
}

function showsFiles(entry: Schema<'TimelineEntry'>): boolean {
  return entry.kind === 'message' && [entry, ...entry.items].some((part) => part.content?.type === 'media');
}
