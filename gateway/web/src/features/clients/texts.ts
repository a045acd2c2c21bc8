import type { Schema } from '@/api/client';

export const STATUS: Record<Schema<'ClientStatus'>, string> = { common_base: 'Общая база', client: 'Клиент' };

export const MARK: Record<Schema<'ContractMark'>, string> = {
  original: 'Договор: оригинал',
  scan: 'Договор: скан',
  one_off: 'Договор: разовый',
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
  contract_mark: 'Договор',
  responsible_id: 'Ответственный',
};
