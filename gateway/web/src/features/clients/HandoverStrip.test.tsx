import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { meQuery } from '@/shared/me';
import type { Handover } from './handovers';
import HandoverStrip from './HandoverStrip';

const LASTING: Handover = {
  id: 'h1',
  client_id: 'mir',
  client_name: 'Мир',
  from: { id: 'anna', name: 'Анна Петрова' },
  to: { id: 'boris', name: 'Борис' },
  reason: 'Отпуск',
  given_by: { id: 'rop', name: 'Роман' },
  given_at: '2026-05-20T09:00:00Z',
  // Midnight of the 5th in Novosibirsk; in the browser it is still the 4th.
  ends_at: '2026-06-04T17:00:00Z',
  ended_at: null,
  outcome: null,
  may_change: true,
};

afterEach(cleanup);

function show(handover: Handover) {
  const cache = new QueryClient();
  cache.setQueryData(meQuery.queryKey, { id: 'rop', company_zone: 'Asia/Novosibirsk', rights: {} } as never);
  cache.setQueryDefaults(['me'], { staleTime: Infinity });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={cache}>
        <HandoverStrip handover={handover} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

const words = () => document.body.textContent;

test('it says until when and whose then, and gives the client back before the time', async () => {
  const asked: string[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation((input) => {
    const request = input as Request;
    asked.push(`${request.method} ${new URL(request.url).pathname}`);
    return Promise.resolve(new Response(null, { status: 204 }));
  });
  show(LASTING);
  expect(words()).toContain('До 05.06.2026, затем Анна Петрова. Отпуск');
  fireEvent.click(screen.getByRole('button', { name: 'Срок передачи' }));
  fireEvent.click(await screen.findByRole('menuitem', { name: 'Вернуть сейчас' }));
  await waitFor(() => expect(asked).toEqual(['POST /api/handovers/h1/return']));
});

test('who may not hand clients over only reads it', () => {
  show({ ...LASTING, may_change: false });
  expect(screen.queryByRole('button')).toBeNull();
});

test('a client that did not go back says why', () => {
  show({ ...LASTING, ended_at: LASTING.ends_at, outcome: 'disabled' });
  expect(words()).toContain('Не вернулся (Анна Петрова): к 05.06.2026 сотрудник отключён. Клиент остался: Борис.');
});

test('another day of return begins at the midnight of the company', async () => {
  const asked: unknown[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    asked.push(await (input as Request).json());
    return new Response(null, { status: 204 });
  });
  show(LASTING);
  fireEvent.click(screen.getByRole('button', { name: 'Срок передачи' }));
  fireEvent.click(await screen.findByRole('menuitem', { name: 'Другой день…' }));
  const day = await screen.findByLabelText('Новый день');
  expect(words()).toContain('В выбранный день в 00:00 по времени компании (Новосибирск, UTC+7) клиент вернётся: Анна Петрова');
  fireEvent.change(day, { target: { value: '10.12.2099' } });
  fireEvent.blur(day);
  fireEvent.click(screen.getByRole('button', { name: 'Сохранить' }));
  await waitFor(() => expect(asked).toEqual([{ until: '2099-12-09T17:00:00.000Z' }]));
}, 20_000);
