import { channelLook } from '@/channels';
import type { Schema } from '@/api/client';
import { date, dateTime, phone } from '@/shared/format';
import { TASK_KINDS } from '@/shared/tasks';
import { CALL_RESULTS } from '@/shared/words/callResult';
import { FIELD, HELD, STATUS } from '@/shared/words/client';
import { CONSENT_KINDS, CONSENT_STATES } from '@/shared/words/consent';
import { RIGHTS } from '@/shared/words/rights';

/** Who is meant by an id, and what roles are called. */
export interface Names {
  people: ReadonlyMap<string, string>;
  roles: ReadonlyMap<string, string>;
}

/** A field that an action wrote, changed or emptied. */
export interface ChangedField {
  field: string;
  name: string;
  /** Nothing where the action did not say what was. */
  before?: string;
  after?: string;
}

type Values = Record<string, unknown> | null;

const SCOPES: Record<Schema<'Scope'>, string> = { own: 'свои', all: 'все' };
const ACCESS: Record<Schema<'RoomAccess'>, string> = { open: 'открытый', closed: 'закрытый' };
const MEMBERS: Record<Schema<'RoomRole'>, string> = { owner: 'владелец', member: 'участник' };
const ANSWERS: Record<Schema<'AccessAnswer'>, string> = { day: 'на сутки', week: 'на 7 дней', forever: 'без срока', refuse: 'отказать' };
const PHRASES: Record<Schema<'PhraseKind'>, string> = { quick_reply: 'быстрый ответ', sms: 'шаблон SMS' };
const FILES: Record<Schema<'FileState'>, string> = { wanted: 'ждёт загрузки', fetching: 'загружается', stored: 'сохранён', lost: 'недоступен', expired: 'удалён по сроку' };
const STEPS: Record<Schema<'DeliveryStep'>, string> = {
  planned: 'запланировано',
  queued: 'в очереди',
  sending: 'отправляется',
  unsure: 'неизвестно, дошло ли',
  accepted: 'принято каналом',
  failed: 'не отправлено',
  unknown: 'неизвестно, дошло ли',
  cancelled: 'отменено',
};
const PROPOSALS: Record<string, string> = { open: 'ждёт решения', accepted: 'объединены', rejected: 'разные люди' };
const VIA: Record<string, string> = { product: 'в программе', messenger: 'в Telegram' };

/** What a field is called; of words that mean one thing in one kind of record the kind stands before. */
const NAMES: Record<string, string> = {
  ...FIELD,
  'user.name': 'Имя',
  'contact.name': 'Имя',
  'room.name': 'Чат',
  'account.name': 'Название',
  'conversation.until': 'Отложен до',
  'client.until': 'Вернётся',
  'role.name': 'Роль',
  absorbed_id: 'Присоединённая карточка',
  access: 'Доступ',
  address: 'Адрес',
  answer: 'Ответ',
  asked_by: 'Просил',
  author_id: 'Автор',
  back_to: 'Вернётся к',
  bridged: 'Виден в Telegram',
  cause: 'Причина',
  channel_order: 'Порядок каналов',
  chat: 'Чат',
  choice: 'Ответ',
  client_id: 'Компания',
  code: 'Код',
  comment: 'Комментарий',
  connector: 'Провайдер',
  decided_by: 'Решил',
  dialogue_hours: 'Диалог жив, часов',
  due: 'Срок',
  email: 'Почта',
  enabled: 'Включено',
  ends_at: 'Доступ до',
  entered: 'Как введено',
  error: 'Ошибка',
  expires_at: 'Действует до',
  extension: 'Добавочный',
  field: 'Поле',
  from: 'Было',
  ground: 'Основание',
  interactions: 'Записей',
  keys_revoked: 'Отозвано ключей',
  kind: 'Вид',
  language: 'Язык',
  login: 'Логин',
  looked_at: 'Что смотрел',
  mark: 'Что на руках',
  members: 'Участники',
  nominal: 'Номинал',
  note: 'Примечание',
  number: 'Номер',
  own: 'Личная',
  phone: 'Телефон',
  planned_for: 'Отправить',
  post: 'Должность',
  prefix: 'Начало ключа',
  quiet_from: 'Тихие часы с',
  quiet_until: 'Тихие часы до',
  reason: 'Причина',
  region: 'Регион',
  required: 'Обязателен',
  responsible: 'Ответственный',
  result: 'Результат',
  rights: 'Права',
  role: 'Роль',
  roles: 'Роли',
  secrets_changed: 'Заменены секреты',
  sessions: 'Завершено сеансов',
  sessions_ended: 'Завершено сеансов',
  settings: 'Настройки',
  signed_on: 'Дата договора',
  state: 'Состояние',
  subject: 'Тема',
  text: 'Текст',
  title: 'Что сделать',
  to: 'Стало',
  until: 'До',
  user_id: 'Сотрудник',
  value: 'Значение',
  via: 'Откуда ответ',
};

/** Words of small sets, by the field they stand in, or by kind of record and field. */
const WORDS: Record<string, Record<string, string>> = {
  status: STATUS,
  mark: HELD,
  access: ACCESS,
  answer: ANSWERS,
  via: VIA,
  'interaction.result': CALL_RESULTS,
  'task.kind': TASK_KINDS,
  'client.kind': CONSENT_KINDS,
  'contact.kind': { ...CONSENT_KINDS, phone: 'телефон', email: 'почта', opaque: 'учётная запись' },
  'client.state': CONSENT_STATES,
  'contact.state': CONSENT_STATES,
  'delivery.state': STEPS,
  'media.state': FILES,
  'phrase.kind': PHRASES,
  'proposal.state': PROPOSALS,
  'room.role': MEMBERS,
};

/** Numbers of ours that tell a person nothing: what they name stands beside, or in the line itself. */
const HIDDEN = new Set(['version', 'name_is_chosen', 'request_id', 'join_id', 'interaction_id', 'room_id', 'account_id', 'contract_id', 'id', 'press', 'automatic']);

/** The fields of a line of the journal, in words; those that stayed as they were are left out. */
export function changedFields(subject: Schema<'AuditSubject'>, before: Values, after: Values, names: Names): ChangedField[] {
  const fields = [...new Set([...Object.keys(after ?? {}), ...Object.keys(before ?? {})])];
  // A person by name stands beside his number where the line keeps both.
  const named = fields.filter((field) => !(field.endsWith('_id') && fields.includes(field.slice(0, -3))));
  return named.flatMap((field) => {
    const [was, is] = [before?.[field], after?.[field]];
    if (HIDDEN.has(field) || JSON.stringify(was) === JSON.stringify(is) || (isEmpty(was) && isEmpty(is))) return [];
    const words = (value: unknown) => wordsOf(subject, field, value, names);
    const name = NAMES[`${subject}.${field}`] ?? NAMES[field] ?? rightName(field) ?? spaced(field);
    return [{ field, name, before: before === null ? undefined : words(was), after: after === null ? undefined : words(is) }];
  });
}

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}.*(Z|[+-]\d{2}:\d{2})$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const CLOCK = /^(\d{2}:\d{2}):00$/;
const PHONE = /^\+\d{10,15}$/;

function wordsOf(subject: string, field: string, value: unknown, names: Names): string {
  if (isEmpty(value)) return 'пусто';
  if (typeof value === 'boolean') return value ? 'да' : 'нет';
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map((one) => wordsOf(subject, field, one, names)).join(', ');
  if (field === 'due') return dueWords(value as Schema<'TaskDue'>);
  if (typeof value === 'object') return insideOf(subject, value as Record<string, unknown>, names);
  return textWords(subject, field, String(value), names);
}

function textWords(subject: string, field: string, text: string, names: Names): string {
  const word = WORDS[`${subject}.${field}`]?.[text] ?? WORDS[field]?.[text];
  if (word) return word;
  if (field === 'field') return NAMES[text] ?? text;
  if (field === 'channel_order') return channelLook(text).name;
  if (field === 'roles') return names.roles.get(text) ?? text;
  if (subject === 'role' || field === 'rights') return SCOPES[text as Schema<'Scope'>] ?? rightName(text) ?? text;
  if (ID.test(text)) return names.people.get(text) ?? `№ ${text.slice(-6)}`;
  if (MOMENT.test(text)) return dateTime(text);
  if (DAY.test(text)) return date(`${text}T12:00:00`);
  if (PHONE.test(text)) return phone(text);
  return CLOCK.exec(text)?.[1] ?? text;
}

function dueWords(due: Schema<'TaskDue'>): string {
  switch (due.kind) {
    case 'day':
      return date(`${due.day}T12:00:00`);
    case 'at':
      return dateTime(due.at);
    default:
      return 'без срока';
  }
}

/** «Номинал: 1; Значение: 80,5»: what a field holds inside, without braces. */
function insideOf(subject: string, value: Record<string, unknown>, names: Names): string {
  const parts = Object.entries(value).filter(([field, inside]) => !HIDDEN.has(field) && !isEmpty(inside));
  return parts
    .map(([field, inside]) => `${NAMES[field] ?? rightName(field) ?? spaced(field)}: ${wordsOf(subject, field, inside, names)}`)
    .join('; ');
}

const rightName = (word: string): string | undefined => (RIGHTS as Record<string, { name: string } | undefined>)[word]?.name;
const spaced = (field: string): string => field.replaceAll('_', ' ');
const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
