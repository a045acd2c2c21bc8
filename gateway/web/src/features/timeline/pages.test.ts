import { expect, test } from 'vitest';
import type { Schema } from '@/api/client';
import { withEntry, withoutEntry } from './pages';

type Page = Schema<'Timeline'>;

const entry = (minute: number, id = String(minute)) =>
  ({ id, parts: [] as string[], occurred_at: `2026-11-22T10:${String(minute).padStart(2, '0')}:00Z` }) as Schema<'TimelineEntry'>;

const page = (minutes: number[], more: Partial<Page> = {}): Page => ({
  items: minutes.map((minute) => entry(minute)),
  older_cursor: 'older',
  newer_cursor: 'newer',
  has_newer: false,
  ...more,
});

const shown = (pages: Page[]) => pages.map((one) => one.items.map((item) => item.id));

test('a new row stands at the end', () => {
  expect(shown(withEntry([page([9, 8]), page([7, 6])], entry(10)))).toEqual([['10', '9', '8'], ['7', '6']]);
});

test('a late row stands at its true time', () => {
  expect(shown(withEntry([page([20, 10])], entry(15)))).toEqual([['20', '15', '10']]);
  expect(shown(withEntry([page([20]), page([10, 5])], entry(15)))).toEqual([['20'], ['15', '10', '5']]);
});

test('a changed row stays in its place', () => {
  const changed = { ...entry(8), text: 'правка' };
  const pages = withEntry([page([9, 8, 7])], changed);
  expect(shown(pages)).toEqual([['9', '8', '7']]);
  expect(pages[0]!.items[1]!.text).toBe('правка');
});

test('the echo of a message goes when its row learns that it is its own', () => {
  expect(shown(withEntry([page([9, 8, 7, 5])], { ...entry(6), parts: ['8', '7'] }))).toEqual([['9', '6', '5']]);
});

test('a row that is newer than a jump has loaded waits for its page', () => {
  expect(shown(withEntry([page([9, 8], { has_newer: true })], entry(30)))).toEqual([['9', '8']]);
});

test('a row older than everything loaded shows only where nothing older is left', () => {
  expect(shown(withEntry([page([9, 8])], entry(1)))).toEqual([['9', '8']]);
  expect(shown(withEntry([page([9, 8], { older_cursor: null })], entry(1)))).toEqual([['9', '8', '1']]);
});

test('the first row of an empty timeline is shown', () => {
  const empty = page([], { older_cursor: null, newer_cursor: null });
  expect(shown(withEntry([empty], entry(3)))).toEqual([['3']]);
});

test('rows of one moment follow their ids', () => {
  expect(shown(withEntry([{ ...page([]), items: [entry(5, 'c'), entry(5, 'a')] }], entry(5, 'b')))).toEqual([['c', 'b', 'a']]);
});

test('a row that belongs elsewhere goes', () => {
  expect(shown(withoutEntry([page([9, 8])], '8'))).toEqual([['9']]);
});
