import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, expect, test, vi } from 'vitest';
import { Converter } from './Converter';
import { Doubts } from './Doubts';
import { EnterRate } from './EnterRate';

const TODAY = '2026-06-05';
const USD = {
  currency: 'USD',
  effective_on: TODAY,
  nominal: 1,
  value: '97.8335',
  unit_rate: '97.8335',
  source: 'bank',
  fetched_at: '2026-06-04T13:00:00Z',
  reason: null,
  is_used: true,
};
const DOUBT = {
  id: 'doubt-1',
  currency: 'CNY',
  effective_on: TODAY,
  source: 'bank',
  reason: 'differs',
  figure: { nominal: 10, value: '99.5' },
  against: { nominal: 10, value: '85.8282' },
  noticed_at: '2026-06-05T10:00:00Z',
};

const plain = (text: string | null) => (text ?? '').replace(/[\u00a0\u202f]/g, ' ');

/** Answers by method and path; returns what was asked with its body. */
function hub(answers: Record<string, unknown>) {
  const asked: [string, unknown][] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const request = input as Request;
    const url = new URL(request.url);
    const what = `${request.method} ${url.pathname}`;
    asked.push([what + url.search, request.method === 'PUT' ? await request.json() : undefined]);
    const answer = answers[what];
    if (answer === undefined) return Response.json({ type: 'not-found', title: 'Нет', status: 404, detail: 'Нет курса USD.' }, { status: 404 });
    return answer === null ? new Response(null, { status: 204 }) : Response.json(answer);
  });
  return asked;
}

function show(what: ReactNode) {
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false, networkMode: 'always' }, mutations: { networkMode: 'always' } } });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={cache}>{what}</QueryClientProvider>
    </MantineProvider>,
  );
}

afterEach(cleanup);

test('a rate by hand is sent only after it was seen beside what counts now', async () => {
  const asked = hub({ 'GET /api/rates/in-force': USD, 'PUT /api/rates/manual': { ...USD, source: 'manual' } });
  const closed = vi.fn();
  show(<EnterRate start={{ currency: 'USD', effective_on: TODAY }} currencies={['USD', 'CNY']} today={TODAY} onClose={closed} />);
  fireEvent.change(screen.getByLabelText('Курс, ₽'), { target: { value: '978,335' } });
  fireEvent.click(screen.getByText('Дальше'));
  await screen.findByText('Без причины курс не принимается');
  fireEvent.change(screen.getByLabelText('Почему'), { target: { value: ' По договору ' } });
  fireEvent.click(screen.getByText('Дальше'));
  expect(plain((await screen.findByText(/Это очень много/)).textContent)).toContain('больше на 900 %');
  expect(asked.filter(([what]) => what.startsWith('PUT'))).toEqual([]);

  fireEvent.click(screen.getByText('Назад'));
  fireEvent.change(await screen.findByLabelText('Курс, ₽'), { target: { value: '98,5' } });
  fireEvent.click(screen.getByText('Дальше'));
  fireEvent.click(await screen.findByText('Ввести курс'));
  await waitFor(() => expect(closed).toHaveBeenCalled());
  expect(asked.findLast(([what]) => what.startsWith('PUT'))![1]).toEqual({
    currency: 'USD',
    effective_on: TODAY,
    nominal: 1,
    value: '98.5',
    reason: 'По договору',
  });
});

test('a rate of a day that cannot be goes no further', async () => {
  hub({});
  show(<EnterRate start={{ currency: 'USD', effective_on: TODAY, value: '98.5', reason: 'По договору' }} currencies={['USD']} today={TODAY} onClose={vi.fn()} />);
  fireEvent.input(screen.getByLabelText('Действует с'), { target: { value: '31.06.2026' } });
  fireEvent.click(screen.getByText('Дальше'));
  await screen.findByText('Нужен день, например 05.06.2026');
  expect(screen.queryByText('Назад')).toBeNull();
});

test('a doubt says both figures and is decided either way', async () => {
  const asked = hub({ 'GET /api/rates/doubts': { items: [DOUBT] }, 'POST /api/rates/doubts/doubt-1/resolve': null });
  const enter = vi.fn();
  show(<Doubts onEnter={enter} />);
  expect(plain((await screen.findByText(/CNY на 05\.06\.2026/)).textContent)).toContain('99,5 ₽ за 10 CNY');
  expect(plain(screen.getByText(/Сравнивалось с/).textContent)).toContain('85,8282 ₽ за 10 CNY. Действует прежняя цифра.');
  fireEvent.click(screen.getByText('Принять эту цифру…'));
  expect(enter).toHaveBeenCalledWith(DOUBT);
  fireEvent.click(screen.getByText('Оставить как есть'));
  await waitFor(() => expect(asked.map(([what]) => what)).toContain('POST /api/rates/doubts/doubt-1/resolve'));
});

test('many doubts leave the page in sight', async () => {
  const items = Array.from({ length: 5 }, (_, at) => ({ ...DOUBT, id: `doubt-${at}`, effective_on: `2026-06-0${at + 1}` }));
  hub({ 'GET /api/rates/doubts': { items } });
  show(<Doubts onEnter={() => undefined} />);
  fireEvent.click(await screen.findByText('Показать ещё 3'));
  expect(screen.getAllByText('Оставить как есть')).toHaveLength(5);
});

test('a sum is told with its formula and the day of its rates', async () => {
  const sum = {
    amount: '1250.50',
    from: 'USD',
    to: 'CNY',
    day: '2026-06-07',
    result: '8999.60',
    effective_on: '2026-06-06',
    basis: 'carried',
    from_rate: USD,
    to_rate: USD,
    is_derived: true,
    formula: '1250,5 USD × 97,8335 ₽ ÷ 13,594 ₽ = 8999,60 CNY',
  };
  const asked = hub({ 'GET /api/rates/convert': sum });
  show(<Converter currencies={['USD', 'CNY']} currency="USD" today={TODAY} />);
  fireEvent.change(screen.getByLabelText('Сумма'), { target: { value: '1 250,50' } });
  await screen.findByText(sum.formula);
  screen.getByText(/^8\s999,60 CNY$/);
  screen.getByText(/На 07\.06\.2026 новых курсов нет: действуют курсы на 06\.06\.2026\. Курс между двумя валютами выведен через рубль/);
  await waitFor(() => expect(asked.at(-1)![0]).toContain('amount=1250.50'));
});

test('a sum without a rate says why', async () => {
  hub({});
  show(<Converter currencies={['USD']} currency="USD" today={TODAY} />);
  await screen.findByText('Нет курса USD.');
});
