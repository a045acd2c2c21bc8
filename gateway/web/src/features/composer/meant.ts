import type { Conversation, Entry, NewMessage } from './api';

/** The row as it is meant, until the hub answers with the stored one under the same id. */
export function rowOf(message: NewMessage, place: Conversation, me: { id: string; name: string }): Entry {
  const now = new Date().toISOString();
  const { content } = message;
  return {
    id: message.id,
    kind: 'message',
    direction: 'outbound',
    origin: 'live',
    occurred_at: message.plannedFor ?? now,
    received_at: now,
    late: false,
    undecided: false,
    contact: place.contact,
    account: place.account,
    conversation_id: place.id,
    author: { user_id: me.id, name: me.name },
    state: 'queued',
    text: content.type === 'text' ? content.text : content.type === 'files' ? (content.caption ?? message.shown) : message.shown,
    delivery: message.plannedFor
      ? {
          id: message.id,
          action: 'message',
          purpose: 'reply',
          step: 'planned',
          attempts: 0,
          due_at: message.plannedFor,
          passed_over: [],
        }
      : undefined,
    actions: [],
    items: [],
    parts: [],
    versions: [],
    reactions: [],
  };
}

/** What a message says: what was typed, else the file or the template in a word. */
export function wordsOf({ content, shown }: NewMessage): string {
  if (content.type === 'text') return content.text;
  return (content.type === 'files' && content.caption) || (shown ?? 'Сообщение');
}
