import { text, word, type RawSearch } from '@/shared/search';

export const KINDS = ['call', 'letter', 'document', 'meeting', 'other'] as const;
const ORDERS = ['-created_at', 'created_at', 'due_at', '-closed_at'] as const;

/** What of the tasks stands in the address. */
export interface TasksSearch {
  view?: 'given' | 'control';
  state?: 'open' | 'closed';
  author?: string;
  responsible?: string;
  kind?: (typeof KINDS)[number];
  from?: string;
  until?: string;
  order?: (typeof ORDERS)[number];
  /** The one that is open. */
  task?: string;
}

export function TasksSearch(search: RawSearch): TasksSearch {
  return {
    view: word(search.view, ['given', 'control']),
    state: word(search.state, ['open', 'closed']),
    author: id(search.author),
    responsible: id(search.responsible),
    kind: word(search.kind, KINDS),
    from: day(search.from),
    until: day(search.until),
    order: word(search.order, ORDERS),
    task: id(search.task),
  };
}

/** The hub would refuse the whole list for what is no id. */
const id = (value: unknown) => text(value)?.match(/^[0-9a-f-]{36}$/)?.[0];
const day = (value: unknown) => text(value)?.match(/^\d{4}-\d{2}-\d{2}$/)?.[0];
