import type { Account } from './accounts';

type Values = Readonly<Record<string, string>>;

interface Needs {
  /** Sets of fields, any of which is enough to send. */
  anyOf: string[][];
  /** What is not possible without them. */
  words: string;
}

/** What is optional for taking messages in, and wanted for sending them. */
const NEEDS: Record<string, Needs> = {
  smsc: {
    anyOf: [['apikey'], ['login', 'password']],
    words: 'Чтобы отправлять SMS, нужен ключ API или логин с паролем. Без них канал только принимает.',
  },
  whatsapp: {
    anyOf: [['access_token', 'phone_number_id']],
    words: 'Чтобы писать клиентам, нужны токен доступа и идентификатор номера. Без них канал только принимает.',
  },
  telphin: {
    anyOf: [['app_id', 'app_secret']],
    words: 'Чтобы звонить по кнопке и слушать записи, нужны идентификатор и секрет приложения. Без них канал только показывает звонки.',
  },
};

/** Fields to be shown at once though the channel connects without them. */
export const neededToSend = (connector: string): string[] => NEEDS[connector]?.anyOf.flat() ?? [];

/** What will not work with these values; nothing where all will. */
export function missingToSend(connector: string, values: Values): string | undefined {
  const needs = NEEDS[connector];
  const isGiven = (field: string) => (values[field] ?? '').trim() !== '';
  return needs && !needs.anyOf.some((fields) => fields.every(isGiven)) ? needs.words : undefined;
}

/** The same of a channel that is connected: of a secret it is known only that it is there. */
export function lackOf({ connector, settings, secrets }: Pick<Account, 'connector' | 'settings' | 'secrets'>): string | undefined {
  const kept = Object.entries(secrets).map(([field, isThere]) => [field, isThere ? 'kept' : '']);
  const open = Object.entries(settings as Record<string, unknown>).map(([field, value]) => [field, value == null ? '' : String(value)]);
  return missingToSend(connector, Object.fromEntries([...open, ...kept]) as Values);
}
