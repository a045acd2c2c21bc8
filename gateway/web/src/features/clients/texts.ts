import type { Schema } from '@/api/client';
import type { ClientsSearch } from './search';

export const STATUS: Record<Schema<'ClientStatus'>, string> = { common_base: 'Общая база', client: 'Клиент' };

export const MARK: Record<Schema<'ContractMark'>, string> = {
  original: 'Договор: оригинал',
  scan: 'Договор: скан',
  one_off: 'Договор: разовый',
};

/** What is held, without the word that stands before it. */
export const HELD: Record<Schema<'ContractMark'>, string> = { original: 'Оригинал', scan: 'Скан', one_off: 'Разовый' };

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

export const FIELD: Record<string, string> = {
  name: 'Название',
  status: 'Статус',
  inn: 'ИНН',
  kpp: 'КПП',
  ogrn: 'ОГРН',
  city: 'Город',
  time_zone: 'Часовой пояс',
  features: 'Особенности клиента',
  responsible_id: 'Ответственный',
};
