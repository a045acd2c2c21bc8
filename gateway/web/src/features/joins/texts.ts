import { channelLook } from '@/channels';
import { phone } from '@/shared/format';
import { FIELD, STATUS } from '@/shared/words/client';

const FIELDS: Record<string, string> = { ...FIELD, name_is_chosen: 'Имя задано человеком' };

const VALUES: Record<string, string> = {
  ...STATUS,
  original: 'оригинал',
  scan: 'скан',
  one_off: 'разовый',
  true: 'да',
  false: 'нет',
};

export const fieldName = (field: string) => FIELDS[field] ?? field;

/** A value of a card in words; users are named by `names`. */
export function valueWords(value: unknown, names: ReadonlyMap<string, string>): string {
  if (value === null || value === undefined || value === '') return 'пусто';
  const text = String(value);
  return VALUES[text] ?? names.get(text) ?? text;
}

/** Why two cards are one, or may be. */
export function reasonWords(reason: string): string {
  switch (reason) {
    case 'person':
      return 'объединил сотрудник';
    case 'same_message':
      return 'оба адреса пришли в одном сообщении';
    case 'shared_by_person':
      return 'человек сам поделился номером';
    case 'moved':
      return 'человек сменил номер';
    case 'invitation':
      return 'пришёл по личной ссылке';
    case 'provider':
      return 'так сообщил канал связи';
    default:
      return reason;
  }
}

/** `phone:+7916…` as people read it; an id that only a channel understands is named by the channel. */
export function evidenceWords(address: string): string {
  const [kind = '', ...rest] = address.split(/[:/]/);
  const value = rest.join('');
  switch (kind) {
    case 'phone':
      return `телефон ${phone(value)}`;
    case 'email':
      return `почта ${value}`;
    default:
      return channelLook(kind).name;
  }
}
