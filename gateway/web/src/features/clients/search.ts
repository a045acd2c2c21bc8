import { text, word, type RawSearch } from '@/shared/search';

export const SORTS = [
  'name',
  '-name',
  '-created_at',
  'created_at',
  'responsible',
  '-responsible',
  'status',
  '-status',
  'contract',
  '-contract',
  'inn',
  '-inn',
  'city',
  '-city',
] as const;
export const STATUSES = ['common_base', 'client'] as const;
export const MARKS = ['original', 'scan', 'one_off', 'none'] as const;

/** What of the list of clients stands in the address. */
export interface ClientsSearch {
  text?: string;
  sort?: (typeof SORTS)[number];
  status?: (typeof STATUSES)[number];
  responsible?: string;
  city?: string;
  contract?: (typeof MARKS)[number];
  automatic?: 'yes' | 'no';
  inn?: 'yes' | 'no';
}

export function ClientsSearch(search: RawSearch): ClientsSearch {
  return {
    text: text(search.text),
    sort: word(search.sort, SORTS),
    status: word(search.status, STATUSES),
    responsible: text(search.responsible),
    city: text(search.city),
    contract: word(search.contract, MARKS),
    automatic: word(search.automatic, ['yes', 'no']),
    inn: word(search.inn, ['yes', 'no']),
  };
}
