import type { Schema } from '@/api/client';

export const STATUS: Record<Schema<'ClientStatus'>, string> = { common_base: 'Общая база', client: 'Клиент' };

export const MARK: Record<Schema<'ContractMark'>, string> = {
  original: 'Договор: оригинал',
  scan: 'Договор: скан',
  one_off: 'Договор: разовый',
};

/** What is held, without the word that stands before it. */
export const HELD: Record<Schema<'ContractMark'>, string> = { original: 'Оригинал', scan: 'Скан', one_off: 'Разовый' };

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
