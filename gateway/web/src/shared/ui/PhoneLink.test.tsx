import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { lateHour } from '../calling';
import { clientQuery, type ClientCard } from '../clients';
import { phone } from '../format';
import { PhoneLink } from './PhoneLink';

/** By the clocks of Moscow: 12:00. */
const NOON = Date.parse('2026-11-23T09:00:00Z');
/** By the clocks of Moscow: 21:30. */
const EVENING = Date.parse('2026-11-23T18:30:00Z');

let sent: { id: string; to: string }[];
/** Each test has a number of its own: who is being called is known to the whole page. */
let last = 10;
let number: string;

beforeEach(() => {
  vi.useFakeTimers({ now: NOON });
  sent = [];
  number = `+791612345${(last += 1)}`;
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const called = () => Response.json({ id: 'call', extension: '101', number, state: 'accepted' }, { status: 201 });

function show(answer: () => Response | Promise<Response> = called) {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    sent.push(await (input as Request).json());
    return answer();
  });
  const cache = new QueryClient();
  cache.setQueryData(clientQuery('romashka').queryKey, { id: 'romashka', time_zone: 'Europe/Moscow' } as ClientCard);
  render(
    <MantineProvider>
      <QueryClientProvider client={cache}>
        <PhoneLink value={number} client="romashka" />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

const later = (ms = 0) => act(() => vi.advanceTimersByTimeAsync(ms));
const button = () => screen.getByRole('button', { name: new RegExp(`Звоним|${phone(number).slice(-5)}`) });

test('a double click is one call, and the button says that it goes', async () => {
  show();
  fireEvent.click(button());
  fireEvent.click(button());
  await later(120);
  expect(button().textContent).toBe('Звоним…');
  fireEvent.click(button());
  await later(3000);
  fireEvent.click(button());
  await later();
  expect(sent).toHaveLength(1);
  await later(6000);
  expect(button().textContent).toBe(phone(number));
  fireEvent.click(button());
  await later();
  expect([sent.length, sent[0]!.id === sent[1]!.id]).toEqual([2, false]);
});

test('a refused call can be pressed again', async () => {
  show(() => Response.json({ id: 'call', extension: '101', number, state: 'refused', reason: 'Телефон занят' }, { status: 201 }));
  fireEvent.click(button());
  await later(600);
  fireEvent.click(button());
  await later();
  expect(sent).toHaveLength(2);
});

test('a press whose answer was lost keeps its id', async () => {
  let tries = 0;
  show(() => ((tries += 1) === 1 ? Promise.reject(new TypeError('Failed to fetch')) : called()));
  fireEvent.click(button());
  await later(600);
  fireEvent.click(button());
  await later();
  expect([sent.length, sent[0]!.id === sent[1]!.id]).toEqual([2, true]);
});

test('outside the working hours of the client it asks first', async () => {
  vi.setSystemTime(EVENING);
  show();
  fireEvent.click(button());
  await later();
  vi.useRealTimers();
  expect(await screen.findByText('У клиента сейчас 21:30')).toBeTruthy();
  expect(sent).toEqual([]);
  fireEvent.click(screen.getByRole('button', { name: 'Всё равно позвонить' }));
  await vi.waitFor(() => expect(sent).toHaveLength(1));
});

test('of an unknown zone the clock here is asked about', () => {
  const here = (hour: number) => new Date(2026, 10, 23, hour, 5).getTime();
  expect([lateHour(undefined, here(12)), lateHour(undefined, here(20)), lateHour('Nowhere/Land', here(8))]).toEqual([
    undefined,
    { clock: '20:05', isTheirs: false },
    { clock: '08:05', isTheirs: false },
  ]);
});
