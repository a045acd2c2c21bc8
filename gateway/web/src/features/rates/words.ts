import type { Schema } from '@/api/client';
import { date, dateTime } from '@/shared/format';
import type { Doubt, RatesNow } from './api';

const NBSP = '\u00a0';

/** Dates of rates are days in Moscow without a time: no zone may move them. */
export const dayWords = (day: string) => date(`${day}T00:00:00Z`, 'UTC');

/** «05.06», with the year where it is not this one. */
export const shortDay = (day: string, today: string) =>
  day.slice(0, 4) === today.slice(0, 4) ? dayWords(day).slice(0, 5) : dayWords(day);

/** «1 234,5678»: a decimal of the API as it is, never by way of a float. */
export function decimal(value: string, digits: { min?: number; max?: number } = {}): string {
  const { min = 0, max = 10 } = digits;
  const shape = new Intl.NumberFormat('ru', { minimumFractionDigits: min, maximumFractionDigits: max });
  return shape.format(value as `${number}`);
}

/** «+0,12», «−0,12». */
export function signed(value: string, digits?: { min?: number; max?: number }): string {
  return value.startsWith('-') ? `\u2212${decimal(value.slice(1), digits)}` : `+${decimal(value, digits)}`;
}

/** What a person types, «1 250,50», as the API takes it; nothing where it is no number. */
export function typedDecimal(text: string): string | undefined {
  const plain = text.replace(/[\s\u00a0\u202f]/g, '').replace(',', '.');
  return /^-?\d+(\.\d+)?$/.test(plain) ? plain : undefined;
}

const SIGNS: Record<string, string> = { USD: '$', CNY: '¥', EUR: '€', KZT: '₸', TRY: '₺', GBP: '£', RUB: '₽' };
const NAMES: Record<string, string> = {
  USD: 'доллар',
  CNY: 'юань',
  KGS: 'сом',
  EUR: 'евро',
  KZT: 'тенге',
  TRY: 'лира',
  GBP: 'фунт',
  RUB: 'рубль',
};

export const signOf = (currency: string) => SIGNS[currency] ?? currency;
export const nameOf = (currency: string) => NAMES[currency] ?? currency;

export const SOURCES: Record<Schema<'RateSource'>, string> = {
  bank: 'Банк России',
  mirror: 'Зеркало, до подтверждения банком',
  manual: 'Введён вручную',
};

export const DIRECTIONS: Record<Schema<'RateDirection'>, { sign: string; word: string }> = {
  up: { sign: '▲', word: 'вырос' },
  down: { sign: '▼', word: 'снизился' },
  same: { sign: '=', word: 'не изменился' },
};

export const DOUBTS: Record<Schema<'DoubtReason'>, { what: string; state: string }> = {
  jump: { what: 'Изменение больше 20 % за день', state: 'Цифра действует.' },
  tenfold: { what: 'Ровно в десять раз от прежнего: похоже на ошибку номинала', state: 'Цифра не принята.' },
  differs: { what: 'Источник называет другую цифру за день, который уже записан', state: 'Действует прежняя цифра.' },
  mirror_differed: { what: 'Зеркало называло другую цифру, чем банк', state: 'Действует цифра банка.' },
};

/** «85,8282 ₽ за 10 CNY». */
export const figureWords = ({ nominal, value }: Doubt['figure'], currency: string) =>
  `${decimal(value)}${NBSP}₽ за ${decimal(String(nominal))}${NBSP}${currency}`;

/** Until when rates are known: the earliest of the dates, because a line is as fresh as its oldest part. */
export function oldestDay(items: RatesNow['items']): string | undefined {
  return items
    .flatMap((item) => item.rate?.effective_on ?? [])
    .sort()
    .at(0);
}

export interface Warning {
  /** A few words for the top bar. */
  short: string;
  /** What is the matter. */
  title: string;
  /** What is shown meanwhile, and what to do. */
  todo: string;
  /** Somebody has to act. */
  grave: boolean;
}

/** What to warn of, in words. */
export function warningOf(rates: RatesNow, mayEnter: boolean): Warning | undefined {
  const { warning, bank } = rates;
  if (!warning) return undefined;
  const oldest = oldestDay(rates.items);
  const shown = oldest ? `Показаны последние известные курсы: на ${dayWords(oldest)}.` : 'Курсов пока нет.';
  const byHand = mayEnter ? 'Если нужен другой курс, введите его вручную.' : 'Если нужен другой курс, его введёт бухгалтер.';
  const cause = bank?.error ? `: ${bank.error}` : '';
  const since = bank?.failing_since ? ` с ${dateTime(bank.failing_since)}` : '';
  switch (warning) {
    case 'source_failing':
      return {
        short: 'Банк России не отвечает',
        title: `Банк России${cause || ' не отвечает'}${since && ` (${since.trim()})`}`,
        todo: `${shown} Делать ничего не нужно: Узел спросит снова днём через час, вечером и ночью — утром. ${byHand}`,
        grave: false,
      };
    case 'source_out':
      return {
        short: 'Банк России не отвечает больше суток',
        title: `Банк России больше суток не даёт курсов${cause}${since && ` (${since.trim()})`}`,
        todo: `${shown} Администратору: проверьте доступ сервера к cbr.ru и настройку прокси. ${byHand}`,
        grave: true,
      };
    case 'stale':
      return {
        short: 'Курсы устарели',
        title: 'Курсы старше, чем объясняют выходные и праздники',
        todo: `${shown} Администратору: запустите получение курсов в «Что и когда выполняется». ${byHand}`,
        grave: true,
      };
    case 'no_rate': {
      const without = rates.items.filter((item) => !item.rate).map((item) => item.currency);
      return {
        short: `Нет курса: ${without.join(', ')}`,
        title: `Нет ни одного курса: ${without.join(', ')}`,
        todo: `${oldest ? shown : ''} Администратору: запустите получение курсов в «Что и когда выполняется». ${byHand}`.trim(),
        grave: true,
      };
    }
  }
}
