import type { Schema } from '@/api/client';

export const STATUS: Record<Schema<'ClientStatus'>, string> = { common_base: 'Общая база', client: 'Клиент' };

/** The badge of a card. Whoever has somebody responsible is in nobody's common base, and is no client without a contract. */
export function statusOf({ status, responsible }: { status: Schema<'ClientStatus'>; responsible?: unknown }): { word: string; hint?: string } {
  if (status === 'client' || !responsible) return { word: STATUS[status] };
  return { word: 'Без договора', hint: 'Статус «Клиент» появится с первым заключённым договором' };
}

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
