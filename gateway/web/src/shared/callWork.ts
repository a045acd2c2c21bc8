import { useMutation } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';
import { ApiError } from '@/api/problem';
import { strip } from './ui/strip';
import { uuid } from './uuid';

type Entry = Schema<'TimelineEntry'>;

type Result = Schema<'CallResult'>;

/**
 * Says what came of a call; nothing takes it back. «Перезвонить» is a debt, and who said it learns where it stands and can
 * bring back what was said `before`.
 */
export function useCallResult(call: string, before: Result | undefined, onSaid?: (entry: Entry) => void) {
  const say = useMutation({
    mutationFn: (result: Result | null) => unwrap(api.PUT('/api/calls/{id}/result', { params: { path: { id: call } }, body: { result } })),
    onSuccess: (entry, result) => {
      onSaid?.(entry);
      if (result !== 'call_again' || result === before) return;
      strip({
        id: `call-again-${call}`,
        color: 'green',
        title: 'Добавлено в «Перезвонить»',
        words: `${entry.contact?.name ?? 'Звонок'}: в «Звонках», пока с клиентом не поговорят или ему не напишут.`,
        button: { name: 'Отменить', press: () => say.mutate(before ?? null) },
      });
    },
  });
  return say;
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
