import { api, unwrap } from '@/api/client';
import { ApiError } from '@/api/problem';
import { useDeed } from '@/shared/deed';

export interface NewNote {
  id: string;
  client: string;
  text: string;
  /** The version of the draft that it was. */
  draft?: number;
}

/** Writes a comment; the same id again is the same comment, so it is asked for until there is an answer. */
export function useAddNote() {
  return useDeed({
    mutationFn: ({ id, client, text, draft }: NewNote) =>
      unwrap(api.POST('/api/clients/{id}/notes', { params: { path: { id: client } }, body: { id, text, draft_version: draft ?? null } })),
    retry: (_, error) => error instanceof ApiError && error.isPassing,
    retryDelay: (attempt) => Math.min(1000 * 2 ** attempt, 15_000),
  });
}
