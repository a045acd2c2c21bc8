import { useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import { useDeed } from '@/shared/deed';
import { useMe, useRight } from '@/shared/me';
import { takeIn, type Entry, type Subject } from './api';

/** Whether a comment may be changed: `mine` until a moment, `any` for ever, `locked` since a moment, or not at all. */
export type Change = { by: 'mine'; until: number } | { by: 'any' } | { by: 'locked'; since: string } | { by: 'nobody' };

export function changeOf(entry: Entry, me: string, correctsAll: boolean, now: number): Change {
  if (!entry.note) return { by: 'nobody' };
  if (correctsAll) return { by: 'any' };
  if (entry.author?.user_id !== me) return { by: 'nobody' };
  const until = Date.parse(entry.note.locked_at);
  return now < until ? { by: 'mine', until } : { by: 'locked', since: entry.note.locked_at };
}

export function useChange(entry: Entry, now: number): Change {
  const me = useMe();
  const correctsAll = useRight('notes.correct') !== undefined;
  const writes = useRight('clients.write') !== undefined;
  return writes ? changeOf(entry, me.id, correctsAll, now) : { by: 'nobody' };
}

/** Writes one more version; without a text the comment is deleted. */
export function useChangeNote(subject: Subject) {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: ({ id, version, text }: { id: string; version: number; text: string | null }) => {
      const params = { path: { id } };
      return text === null
        ? unwrap(api.POST('/api/notes/{id}/delete', { params, body: { version } }))
        : unwrap(api.PUT('/api/notes/{id}', { params, body: { version, text } }));
    },
    // The question is asked in the same words again until it is answered: the version keeps it from counting twice.
    onSuccess: (entry) => takeIn(cache, subject, entry),
  });
}
