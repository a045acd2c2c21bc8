import { expect, test } from 'vitest';
import { ago, clientClock, clock, dayNumber, duration, exactly, isNumber, lasted, phone, size } from './format';
import { plural } from './plural';

const at = (text: string) => Date.parse(text);
const plain = (text: string) => text.replace(/\u00a0/g, ' ');

test('plurals follow Russian rules', () => {
  const holds = (count: number) => plain(plural(count, 'бронь', 'брони', 'броней'));
  expect([1, 2, 5, 11, 21, 112, 1234].map(holds)).toEqual([
    '1 бронь', '2 брони', '5 броней', '11 броней', '21 бронь', '112 броней', '1 234 брони',
  ]);
});

test('a row says how long ago it was, and after a week the date', () => {
  const now = at('2026-11-22T12:00:00');
  const shown = (text: string) => plain(ago(at(text), now));
  expect(shown('2026-11-22T11:59:40')).toBe('сейчас');
  expect(shown('2026-11-22T11:58:00')).toBe('2 мин');
  expect(shown('2026-11-22T09:00:00')).toBe('3 ч');
  expect(shown('2026-11-21T23:59:00')).toBe('вчера');
  expect(shown('2026-11-17T10:00:00')).toBe('вт');
  expect(shown('2026-11-01T10:00:00')).toBe('01.11.2026');
});

test('waiting is counted in minutes, hours and days', () => {
  const now = at('2026-11-22T12:00:00Z');
  const shown = (text: string) => plain(lasted(at(text), now));
  expect([shown('2026-11-22T11:42:00Z'), shown('2026-11-22T10:00:00Z'), shown('2026-11-18T12:00:00Z')]).toEqual([
    '18 мин', '2 ч', '4 дня',
  ]);
});

test('times of calls and files are in words', () => {
  expect(plain(duration(252_000_000))).toBe('4 мин 12 с');
  expect(plain(duration(0))).toBe('0 с');
  expect(plain(duration(3_660_000_000))).toBe('1 ч 1 мин');
  expect([clock(23), clock(3725)]).toEqual(['0:23', '1:02:05']);
  expect([plain(size(47_000)), plain(size(1_300_000)), plain(size(12))]).toEqual(['46 КБ', '1,2 МБ', '12 Б']);
});

test('numbers are shown in groups, whatever their first sign', () => {
  const shown = ['+79161234567', '79161234567', '89161234567', '+996555123456', '112'].map((value) => plain(phone(value)));
  expect(shown).toEqual(['+7 916 123-45-67', '+7 916 123-45-67', '+7 916 123-45-67', '+996 555 123-456', '112']);
});

test('the client has his own clock, in whose working hours one calls', () => {
  const noon = at('2026-06-05T09:00:00Z');
  const clocks = ['Europe/Kaliningrad', 'Europe/Moscow', 'Asia/Yekaterinburg', 'Asia/Vladivostok', 'Asia/Bishkek'];
  expect(clocks.map((zone) => clientClock(zone, noon)?.text)).toEqual(['11:00', '12:00', '14:00', '19:00', '15:00']);
  expect(clientClock('Asia/Vladivostok', noon)?.isDay).toBe(false);
  expect(clientClock('Марс/Олимп', noon)).toBeNull();
  expect(clientClock(null, noon)).toBeNull();
});

test('an exact time names the time of the client where it differs', () => {
  expect(exactly('2026-06-05T09:00:00Z', 'Asia/Vladivostok')).toContain('у клиента 19:00');
});

test('days are counted by the calendar of the zone', () => {
  const [before, after] = [at('2026-06-05T20:59:00Z'), at('2026-06-05T21:01:00Z')];
  expect(dayNumber(after, 'Europe/Moscow') - dayNumber(before, 'Europe/Moscow')).toBe(1);
});

test('a client who is called by his number is told from one with a name', () => {
  expect(isNumber('+7 900 000-00-19')).toBe(true);
  expect(isNumber('+996 555 123-456')).toBe(true);
  expect(isNumber('ООО «1000 мелочей»')).toBe(false);
  expect(isNumber('Склад 12')).toBe(false);
});
