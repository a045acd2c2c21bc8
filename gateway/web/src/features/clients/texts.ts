import type { ClientsSearch } from './search';

export const ORDER: Record<NonNullable<ClientsSearch['sort']>, string> = {
  name: 'По названию',
  '-name': 'По названию, от Я к А',
  '-created_at': 'Сначала новые',
  created_at: 'Сначала старые',
  responsible: 'По ответственному',
  '-responsible': 'По ответственному, от Я к А',
  status: 'Сначала клиенты',
  '-status': 'Сначала общая база',
  contract: 'Сначала с оригиналом договора',
  '-contract': 'Сначала с разовым договором',
  inn: 'По ИНН',
  '-inn': 'По ИНН, с конца',
  city: 'По городу',
  '-city': 'По городу, от Я к А',
};
