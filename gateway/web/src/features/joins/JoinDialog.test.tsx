import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, configure, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { JoinDialog } from './JoinDialog';

configure({ asyncUtilTimeout: 4000 });

const NAME = 'Надежда Полева';
const CARDS: Record<string, { responsible: { id: string; name: string } | null; kind: string; scope: string; value: string }> = {
  a: { responsible: { id: 'u', name: 'Анна Петрова' }, kind: 'phone', scope: 'phone', value: '+79000000011' },
  b: { responsible: null, kind: 'opaque', scope: 'max', value: '300000009' },
};

/** Two cards of one name; a join succeeds. */
function hub() {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const path = new URL((input as Request).url).pathname;
    if (path === '/api/colleagues') return Response.json({ items: [] });
    if (path === '/api/joins/clients') return Response.json({ survivor_id: 'a', join_id: 'j', changes: [] });
    const id = path.split('/')[3]!;
    const { responsible, ...identity } = CARDS[id]!;
    if (path.endsWith('/contacts')) return Response.json({ items: [{ id, name: NAME, identities: [{ id, ...identity }] }] });
    return Response.json({ id, name: NAME, responsible, created_at: '2026-11-21T09:00:00Z' });
  });
}

afterEach(cleanup);

test('namesakes are told apart by number or channel, responsible and day, before and after they are joined', async () => {
  hub();
  const cache = new QueryClient({ defaultOptions: { queries: { networkMode: 'always' }, mutations: { networkMode: 'always' } } });
  render(
    <MantineProvider env="test">
      <Notifications />
      <QueryClientProvider client={cache}>
        <JoinDialog kind="client" first={{ id: 'a', name: NAME }} second={{ id: 'b', name: NAME }} onClose={() => undefined} onDone={() => undefined} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  await screen.findByText('+7 900 000-00-11 · ответственный — Анна Петрова · заведена 21.11.2026');
  await screen.findByText('MAX · общая база · заведена 21.11.2026');
  const join = screen.getByRole('button', { name: 'Объединить' });
  await vi.waitFor(() => expect(join).toHaveProperty('disabled', false));
  fireEvent.click(join);
  await screen.findByText('«Надежда Полева» (MAX) теперь в «Надежда Полева» (+7 900 000-00-11).');
});
