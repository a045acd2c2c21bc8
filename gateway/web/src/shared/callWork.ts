import { useRef } from 'react';
import { api, unwrap, type Schema } from '@/api/client';
import { ApiError } from '@/api/problem';
import { useDeed } from './deed';
import { strip } from './ui/strip';
import { uuid } from './uuid';

type Entry = Schema<'TimelineEntry'>;

type Result = Schema<'CallResult'>;

/**
 * Says what came of a call; nothing takes it back. «Перезвонить» is a debt, and who said it learns where it stands and can
 * bring back what was said `before`.
 */
export function useCallResult(call: string, before: Result | undefined, onSaid?: (entry: Entry) => void) {
  const say = useDeed({
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
  const pressed = useRef({ id: '', text: '' });
  return useDeed({
    mutationFn: (text: string) => {
      if (pressed.current.text !== text) pressed.current = { id: uuid(), text };
      const body = { ...pressed.current, call_id: call, draft_version: null };
      return unwrap(api.POST('/api/clients/{id}/notes', { params: { path: { id: client } }, body }));
    },
    retry: (_, error) => error instanceof ApiError && error.isPassing,
    retryDelay: (attempt) => Math.min(1000 * 2 ** attempt, 15_000),
    onSuccess: (entry) => {
      pressed.current = { id: '', text: '' };
      onWritten(entry);
    },
  });
}
