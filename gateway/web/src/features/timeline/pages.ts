import type { Schema } from '@/api/client';

type Entry = Schema<'TimelineEntry'>;
type Page = Schema<'Timeline'>;

/** Timelines are ordered by time and then by id. */
export function isBefore(one: Entry, other: Entry): boolean {
  const [at, otherAt] = [Date.parse(one.occurred_at), Date.parse(other.occurred_at)];
  if (at !== otherAt) return at < otherAt;
  // Of one millisecond: the texts tell the microseconds.
  if (one.occurred_at !== other.occurred_at) return one.occurred_at < other.occurred_at;
  return one.id < other.id;
}

/**
 * The pages, newest first, with a row put in its place or replaced; the echoes that it was heard as go. A row outside of
 * what is loaded is left to the pages that will come.
 */
export function withEntry(pages: Page[], entry: Entry): Page[] {
  const cleared = [entry.id, ...entry.parts].reduce(withoutEntry, pages);
  const newest = cleared[0];
  if (!newest) return pages;
  for (const [index, page] of cleared.entries()) {
    const at = page.items.findIndex((known) => isBefore(known, entry));
    if (at === 0 && index === 0 && newest.has_newer) return cleared;
    if (at >= 0) return put(cleared, index, at, entry);
  }
  // Older than everything loaded: it shows here only where nothing older is left to load.
  const last = cleared.length - 1;
  const oldest = cleared[last]!;
  return oldest.older_cursor === null ? put(cleared, last, oldest.items.length, entry) : cleared;
}

export function withoutEntry(pages: Page[], id: string): Page[] {
  if (!pages.some((page) => page.items.some((entry) => entry.id === id))) return pages;
  return pages.map((page) => ({ ...page, items: page.items.filter((entry) => entry.id !== id) }));
}

function put(pages: Page[], index: number, at: number, entry: Entry): Page[] {
  const page = pages[index]!;
  const items = [...page.items.slice(0, at), entry, ...page.items.slice(at)];
  return pages.with(index, { ...page, items });
}
