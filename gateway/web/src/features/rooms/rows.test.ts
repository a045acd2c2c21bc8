import { expect, test } from 'vitest';
import type { RoomMessage } from './api';
import { lineOf, rowsOf } from './rows';

const said = (position: number, author: string, at: string) =>
  ({ id: `m${position}`, position, author_id: author, origin: 'app', created_at: at }) as RoomMessage;
const types = (rows: ReturnType<typeof rowsOf>) => rows.map((row) => row.type);

test('days stand apart, and the unread of others begin behind what was read', () => {
  const messages = [
    said(1, 'anna', '2026-11-20T09:00:00Z'),
    said(2, 'me', '2026-11-21T09:00:00Z'),
    said(3, 'anna', '2026-11-21T09:00:30Z'),
    said(4, 'anna', '2026-11-21T09:00:40Z'),
  ];
  const rows = rowsOf(messages, [], true, 1, 'me');
  expect(types(rows)).toEqual(['start', 'day', 'message', 'day', 'message', 'unread', 'message', 'message']);
  expect(rows.filter((row) => row.type === 'message').map((row) => row.joined)).toEqual([false, false, false, true]);
  expect(lineOf(rows, 3)).toBe(6);
  expect(types(rowsOf(messages, [], false, undefined, 'me'))).not.toContain('unread');
});

test('a message on its way stands at the end until it is stored', () => {
  const waiting = [{ id: 'm2', text: 'Еду', files: 0 }];
  const first = said(1, 'anna', '2026-11-20T09:00:00Z');
  expect(types(rowsOf([first], waiting, false, undefined, 'me'))).toEqual(['day', 'message', 'pending']);
  const stored = said(2, 'me', '2026-11-20T09:00:00Z');
  expect(types(rowsOf([first, stored], waiting, false, undefined, 'me'))).toEqual(['day', 'message', 'message']);
});
