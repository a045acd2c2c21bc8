import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { meQuery } from '@/shared/me';
import { RatesLine } from './RatesLine';

function rate(currency: string, unit_rate: string, effective_on = '2026-06-05') {
  return { currency, effective_on, nominal: 1, value: unit_rate, unit_rate, source: 'bank', fetched_at: '2026-06-04T13:00:00Z', reason: null, is_used: true };
}

const item = (currency: string, unit_rate: string, direction: string) => ({
  currency,
  rate: rate(currency, unit_rate),
  previous: null,
  change: '0.1',
  direction,
  next: null,
  is_stale: false,
});

const NOW = {
  today: '2026-06-07',
  base: 'RUB',
  items: [item('USD', '97.835', 'up'), item('CNY', '13.594', 'down'), item('KGS', '1.13541', 'same')],
  warning: null,
  bank: null,
};

function show(answer: () => Response | Promise<Response>) {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () => answer());
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false, networkMode: 'always' } } });
  cache.setQueryData(meQuery.queryKey, { id: 'me', login: 'me', name: 'Я', post: null, phone: null, roles: [], rights: {} } as never);
  const router = createRouter({ routeTree: createRootRoute({ component: RatesLine }), history: createMemoryHistory() });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={cache}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

const plain = (text: string | null) => (text ?? '').replace(/[\s\u00a0]+/g, ' ').trim();

afterEach(cleanup);

test('two rates stand with their ways in signs and in words, and the day they count from', async () => {
  show(() => Response.json(NOW));
  const line = await screen.findByRole('link');
  expect(plain(line.textContent)).toBe('Курсы валют: $доллар 97,84 ▲вырос, ¥юань 13,59 ▼снизился, на 05.06');
  expect(line.getAttribute('href')).toBe('/rates');
});

test('a bank that does not answer leaves the rates with their day and says so', async () => {
  const bank = { tried_at: '2026-06-07T12:00:00Z', succeeded_at: null, failing_since: '2026-06-07T12:00:00Z', error: 'не отвечает', asked_today: 1 };
  show(() => Response.json({ ...NOW, warning: 'source_failing', bank }));
  const line = await screen.findByRole('link');
  expect(plain(line.textContent)).toMatch(/97,84 .*на 05\.06Банк России не отвечает$/);
});

test('while they are loaded and when they do not come, the place is not empty', async () => {
  show(() => new Promise<Response>(() => undefined));
  await screen.findByRole('status', { name: 'Курсы загружаются' });
  cleanup();
  show(() => Response.json({ type: 'internal', title: 'Ошибка', status: 500 }, { status: 500 }));
  expect(plain((await screen.findByRole('link')).textContent)).toBe('Курсы: — не загрузились');
});
