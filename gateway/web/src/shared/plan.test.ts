import { expect, test } from 'vitest';
import { dayAhead, dayOfWords, dayStart, knownZone, momentOf, presets, tomorrowAtNine, wallOf, wallOfWords } from './plan';

const VLADIVOSTOK = 'Asia/Vladivostok';

test('ten in the morning of the client is another moment in every zone', () => {
  const ten = { day: '2026-11-23', time: '10:00' };
  expect(new Date(momentOf(ten, VLADIVOSTOK)!).toISOString()).toBe('2026-11-23T00:00:00.000Z');
  expect(new Date(momentOf(ten, 'Europe/Kaliningrad')!).toISOString()).toBe('2026-11-23T08:00:00.000Z');
  expect(wallOf(Date.parse('2026-11-23T00:00:00Z'), VLADIVOSTOK)).toEqual(ten);
  expect(momentOf({ day: '', time: '10:00' }, VLADIVOSTOK)).toBeUndefined();
});

test('a day and a time are read as people write them', () => {
  expect(wallOfWords('5.6.2026', '9:30')).toEqual({ day: '2026-06-05', time: '09:30' });
  expect(wallOfWords(' 05.06.2026', '09.30 ')).toEqual({ day: '2026-06-05', time: '09:30' });
  for (const [day, time] of [['31.02.2026', '10:00'], ['05.06.2026', '25:00'], ['2026-06-05', '10:00'], ['05.06.2026', '']] as const) {
    expect(wallOfWords(day, time)).toBeUndefined();
  }
});

test('a day of a short year is of this century, unless the year is still being typed', () => {
  expect(['29.11.26', '5/6/26', '29.11.20', '29.11.19', '29.02.27', '29.11'].map(dayOfWords)).toEqual([
    '2026-11-29',
    '2026-06-05',
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test('a clock that was put forward is followed', () => {
  expect(new Date(momentOf({ day: '2026-03-29', time: '10:00' }, 'Europe/Berlin')!).toISOString()).toBe('2026-03-29T08:00:00.000Z');
});

test('a day begins at the midnight of its zone, also where the clocks change in it', () => {
  expect(dayStart('2026-06-05', 'Asia/Novosibirsk')).toBe('2026-06-04T17:00:00.000Z');
  // Summer time ends on the 25th of October in Berlin, and began on the 29th of March.
  expect(dayStart('2026-10-25', 'Europe/Berlin')).toBe('2026-10-24T22:00:00.000Z');
  expect(dayStart('2026-10-26', 'Europe/Berlin')).toBe('2026-10-25T23:00:00.000Z');
  expect(dayStart('2026-03-30', 'Europe/Berlin')).toBe('2026-03-29T22:00:00.000Z');
});

test('days ahead are counted by the calendar of the zone', () => {
  const night = Date.parse('2026-11-23T18:00:00Z');
  expect([0, 1, 8].map((days) => dayAhead(days, night, 'Asia/Novosibirsk'))).toEqual(['2026-11-24', '2026-11-25', '2026-12-02']);
  expect(dayAhead(0, night, 'Europe/Moscow')).toBe('2026-11-23');
  // Half past midnight of a day of 25 hours: a day later by the clock is still the same day.
  expect(dayAhead(1, Date.parse('2026-10-24T22:30:00Z'), 'Europe/Berlin')).toBe('2026-10-26');
});

test('the offered times lie ahead, by the days of the client', () => {
  // Sunday evening in Moscow is Monday morning in Vladivostok.
  const now = Date.parse('2026-11-22T20:30:00Z');
  const offered = Object.fromEntries(presets(now, VLADIVOSTOK).map(({ name, at }) => [name, new Date(at).toISOString()]));
  expect(offered).toEqual({
    'Через час': '2026-11-22T21:30:00.000Z',
    'Сегодня в 10:00': '2026-11-23T00:00:00.000Z',
    'Завтра в 10:00': '2026-11-24T00:00:00.000Z',
    'В следующий понедельник в 10:00': '2026-11-30T00:00:00.000Z',
  });
  const onTuesday = presets(now + 2 * 86_400_000, 'Europe/Moscow');
  expect(onTuesday.at(-1)!.name).toBe('В понедельник в 10:00');
  expect(presets(now, 'Europe/Moscow').map(({ name }) => name)).toEqual(['Через час', 'Завтра в 10:00']);
});

test('an unknown zone is the viewer’s own', () => {
  expect(knownZone('Moon/Crater')).toBe(knownZone());
  expect(knownZone(VLADIVOSTOK)).toBe(VLADIVOSTOK);
});

test('tomorrow is the next day, also behind the end of a year', () => {
  expect(tomorrowAtNine(new Date(2026, 10, 22, 23, 59))).toEqual(new Date(2026, 10, 23, 9));
  expect(tomorrowAtNine(new Date(2026, 11, 31, 0, 1))).toEqual(new Date(2027, 0, 1, 9));
});
