import { useMutation } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';
import { ApiError } from '@/api/problem';
import { uuid } from './uuid';

type Entry = Schema<'TimelineEntry'>;

/** Says what came of a call; nothing takes it back. */
export function useCallResult(call: string, onSaid?: (entry: Entry) => void) {
  return useMutation({
    mutationFn: (result: Schema<'CallResult'> | null) =>
      unwrap(api.PUT('/api/calls/{id}/result', { params: { path: { id: call } }, body: { result } })),
    onSuccess: onSaid,
  });
}

/** A comment about a call. Asked again in the same words under the same id until there is an answer. */
export function useCallNote(call: string, client: string, onWritten: (entry: Entry) => void) {
  return useMutation({
    mutationFn: ({ id, text }: { id: string; text: string }) =>
      unwrap(
        api.POST('/api/clients/{id}/notes', { params: { path: { id: client } }, body: { id, text, call_id: call, draft_version: null } }),
      ),
    retry: (_, error) => error instanceof ApiError && error.isPassing,
    retryDelay: (attempt) => Math.min(1000 * 2 ** attempt, 15_000),
    onSuccess: onWritten,
  });
}

export const newNote = (text: string) => ({ id: uuid(), text: text.trim() });
