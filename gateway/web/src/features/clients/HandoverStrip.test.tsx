import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
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
  ends_at: '2026-06-05T00:00:00',
  ended_at: null,
  outcome: null,
  may_change: true,
};

afterEach(cleanup);

function show(handover: Handover) {
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
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
