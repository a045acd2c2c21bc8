import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import type { ClientCard } from '@/shared/clients';
import TransferDialog from './TransferDialog';

const OLEG = { id: 'oleg', name: 'Олег', disabled: false };
const ROMASHKA = { id: 'romashka', name: 'Ромашка', responsible: { id: 'anna', name: 'Анна' } } as ClientCard;

afterEach(cleanup);

test('a client is not given for good because of a day that cannot be', async () => {
  const sent: { until: string | null }[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const request = input as Request;
    if (request.method === 'GET') return Response.json(request.url.includes('colleagues') ? { items: [OLEG] } : {});
    sent.push(await request.json());
    return Response.json({});
  });
  const cache = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  cache.setQueryData(['me'], { id: 'anna', name: 'Анна', rights: {}, company_zone: 'Europe/Moscow' });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={cache}>
        <TransferDialog card={ROMASHKA} onClose={() => undefined} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  fireEvent.click(screen.getByRole('combobox', { name: 'Кому' }));
  fireEvent.click(await screen.findByRole('option', { name: 'Олег', hidden: true }));
  fireEvent.change(screen.getByRole('textbox', { name: 'Почему' }), { target: { value: 'Отпуск' } });
  const day = screen.getByRole<HTMLInputElement>('textbox', { name: 'Вернуть' });
  fireEvent.focus(day);
  fireEvent.input(day, { target: { value: '22.11.2020' } });
  fireEvent.blur(day);
  fireEvent.click(screen.getByRole('button', { name: 'Передать' }));
  await screen.findByText(/Не раньше/);
  expect([sent, day.value]).toEqual([[], '22.11.2020']);

  fireEvent.input(day, { target: { value: `05.06.${new Date().getFullYear() + 1}` } });
  fireEvent.click(screen.getByRole('button', { name: 'Передать' }));
  await waitFor(() => expect(sent.map(({ until }) => typeof until)).toEqual(['string']));
}, 20_000);
