import { dayNumber } from '@/shared/format';
import type { NewRoomMessage, RoomMessage } from './api';

/** A message on its way to the hub. */
export interface Pending {
  id: string;
  text?: string | null;
  files: number;
  failed?: string;
}

/** A line of a drawn room. */
export type Row =
  | { type: 'start'; key: string }
  | { type: 'day'; key: string; at: string }
  | { type: 'unread'; key: string }
  | { type: 'message'; key: string; message: RoomMessage; joined: boolean }
  | { type: 'pending'; key: string; pending: Pending };

/** Lines for messages, the oldest first: days apart, rows of one author and minute together. */
export function rowsOf(
  messages: readonly RoomMessage[],
  pending: readonly Pending[],
  isWhole: boolean,
  unreadBehind: number | undefined,
  me: string,
): Row[] {
  const rows: Row[] = isWhole ? [{ type: 'start', key: 'start' }] : [];
  let before: RoomMessage | undefined;
  let isTold = unreadBehind === undefined;
  for (const message of messages) {
    const newDay = !before || dayNumber(before.created_at) !== dayNumber(message.created_at);
    if (newDay) rows.push({ type: 'day', key: `day-${dayNumber(message.created_at)}`, at: message.created_at });
    const first = !isTold && message.position > unreadBehind! && message.author_id !== me;
    if (first) {
      rows.push({ type: 'unread', key: 'unread' });
      isTold = true;
    }
    rows.push({ type: 'message', key: message.id, message, joined: !newDay && !first && isOneGroup(before!, message) });
    before = message;
  }
  const stored = new Set(messages.map((message) => message.id));
  for (const waiting of pending) {
    if (!stored.has(waiting.id)) rows.push({ type: 'pending', key: waiting.id, pending: waiting });
  }
  return rows;
}

function isOneGroup(before: RoomMessage, message: RoomMessage): boolean {
  return (
    before.author_id === message.author_id &&
    before.origin === message.origin &&
    Math.floor(Date.parse(before.created_at) / 60_000) === Math.floor(Date.parse(message.created_at) / 60_000)
  );
}

export function lineOf(rows: readonly Row[], position: number): number {
  return rows.findIndex((row) => row.type === 'message' && row.message.position === position);
}

export function pendingOf(message: NewRoomMessage): Pending {
  return { id: message.id, text: message.text, files: message.files?.length ?? 0 };
}
