import type { Schema } from '@/api/client';

type RoomMessage = Schema<'RoomMessage'>;

/** A part of a room, the oldest message first, and whether there is more on either side. */
export interface Part {
  items: RoomMessage[];
  older: boolean;
  newer: boolean;
}

/**
 * The parts, newest first, with a message put in its place or replaced. One outside of what is loaded is left to the parts
 * that will come.
 */
export function withMessage(parts: Part[], message: RoomMessage): Part[] {
  const isQuoted = parts.some((part) => part.items.some((known) => known.quote?.id === message.id));
  const quoted = isQuoted ? parts.map((part) => requoted(part, message)) : parts;
  return put(quoted, message) ?? quoted;
}

/** Answers show what the message says now. */
function requoted(part: Part, message: RoomMessage): Part {
  const items = part.items.map((known) =>
    known.quote?.id === message.id
      ? { ...known, quote: { ...known.quote, text: message.text, files: message.files.length } }
      : known,
  );
  return { ...part, items };
}

function put(parts: Part[], message: RoomMessage): Part[] | undefined {
  for (const [index, part] of parts.entries()) {
    const at = part.items.findIndex((known) => known.id === message.id);
    if (at >= 0) return parts.with(index, { ...part, items: part.items.with(at, message) });
  }
  for (const [index, part] of parts.entries()) {
    const isNewest = index === 0;
    const before = part.items.findLastIndex((known) => known.position < message.position);
    if (before < 0 && part.older) continue;
    if (isNewest && part.newer && before === part.items.length - 1) return undefined;
    return parts.with(index, { ...part, items: part.items.toSpliced(before + 1, 0, message) });
  }
  return undefined;
}
