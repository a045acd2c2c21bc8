import type { TaskStart } from '@/shared/ui/TaskForm';
import type { Entry, Subject } from './api';

/** A task that comes from a row: of its client, to call or to answer. */
export function startOf(entry: Entry, subject: Subject): TaskStart {
  const isCall = entry.kind === 'call';
  // A person of several companies: the row knows his company once it is pinned.
  const client = subject.kind === 'client' ? subject.id : entry.pinned_client_id;
  return {
    kind: isCall ? 'call' : 'letter',
    title: isCall ? 'Перезвонить' : entry.kind === 'note' ? '' : 'Ответить',
    client: client ? { id: client } : undefined,
    row: entry.id,
  };
}
