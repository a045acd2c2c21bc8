import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { freezeQuery } from '@/shared/changeRequests';
import type { ClientCard } from '@/shared/clients';
import { meQuery } from '@/shared/me';
import './ContractForm';
import Contracts from './Contracts';
import type { Contract } from './contracts';

const contract = (id: string, more: Partial<Contract>): Contract => ({
  id,
  number: null,
  signed_on: null,
  mark: null,
  note: null,
  version: 1,
  created_at: '2026-06-05T09:00:00Z',
  created_by: 'Анна',
  ...more,
});

const SCAN = contract('scan', { mark: 'scan' });
const NUMBERED = contract('numbered', { number: '17/26', signed_on: '2026-06-05' });

let asked: [string, string, unknown][] = [];
/** How the next presses end, instead of being done. */
let answers: (Response | 'lost')[] = [];

beforeEach(() => {
  asked = [];
  answers = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const request = input as Request;
    const text = await request.text();
    asked.push([request.method, new URL(request.url).pathname, text ? (JSON.parse(text) as unknown) : null]);
    const answer = request.method === 'GET' ? undefined : answers.shift();
    if (answer === 'lost') throw new TypeError('no connection');
    return answer ?? new Response(null, { status: 204 });
  });
});

afterEach(cleanup);

function show(contracts: Contract[], mayWrite = true) {
  const cache = new QueryClient();
  cache.setQueryData(meQuery.queryKey, { id: 'anna', rights: { 'clients.write': 'own' } } as never);
  cache.setQueryData(freezeQuery.queryKey, { enabled: true });
  render(
    <MantineProvider>
      <QueryClientProvider client={cache}>
        <Notifications />
        <Contracts card={{ id: 'mir', contracts } as unknown as ClientCard} mayWrite={mayWrite} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

test('a contract that was taken off is put back by the strip', async () => {
  show([SCAN]);
  fireEvent.click(screen.getByRole('button', { name: 'Убрать договор: Без номера' }));
  fireEvent.click(await screen.findByRole('button', { name: 'Вернуть' }));
  await waitFor(() => expect(asked).toHaveLength(2));
  expect(asked).toEqual([
    ['DELETE', '/api/contracts/scan', null],
    ['POST', '/api/contracts/scan/restore', null],
  ]);
});

test('a number and a date are locked once given, and what we hold is not', async () => {
  show([NUMBERED]);
  screen.getByText('№ 17/26 от 05.06.2026');
  screen.getByText('Оригинал или скан?');
  expect(screen.queryByRole('button', { name: /Убрать договор/ })).toBeNull();
  fireEvent.click(screen.getByRole('button', { name: /Править договор/ }));
  expect(await screen.findByLabelText('Номер', {}, { timeout: 4000 })).toHaveProperty('disabled', true);
  fireEvent.click(screen.getByRole('radio', { name: 'Оригинал' }));
  fireEvent.click(screen.getByRole('button', { name: 'Сохранить' }));
  await waitFor(() => expect(asked).toHaveLength(1));
  expect(asked[0]).toEqual([
    'PATCH',
    '/api/contracts/numbered',
    { mark: 'original', number: '17/26', signed_on: '2026-06-05', note: null, version: 1 },
  ]);
});

test('who only reads changes nothing', () => {
  show([SCAN], false);
  expect(screen.queryAllByRole('button')).toEqual([]);
});

test('a second press after a lost answer has the id of the first, and other content after a refusal another', async () => {
  const refusal = () => Response.json({ type: 'conflict', title: 'Отказ', status: 409 }, { status: 409 });
  answers = ['lost', refusal(), 'lost'];
  show([]);
  fireEvent.click(screen.getByRole('button', { name: 'Добавить договор' }));
  const number = await screen.findByLabelText('Номер', {}, { timeout: 4000 });
  const pressed = () => asked.filter(([method]) => method === 'POST').map(([, , body]) => body as { id: string; number: string });
  const press = async (count: number) => {
    fireEvent.click(screen.getByRole('button', { name: 'Добавить' }));
    await waitFor(() => expect(pressed()).toHaveLength(count));
    await waitFor(() => expect(screen.getByRole('button', { name: 'Добавить' })).toHaveProperty('disabled', false));
  };
  fireEvent.change(number, { target: { value: '17/26' } });
  await press(1);
  // The same words at once would be the second half of a double press.
  await new Promise((passed) => setTimeout(passed, 600));
  await press(2);
  fireEvent.change(number, { target: { value: '18/26' } });
  await press(3);
  const [first, second, third] = pressed();
  expect(first?.id).toMatch(/^[0-9a-f-]{36}$/);
  expect(second).toEqual(first);
  expect(third?.number).toBe('18/26');
  expect(third?.id).not.toBe(first?.id);
}, 20_000);
