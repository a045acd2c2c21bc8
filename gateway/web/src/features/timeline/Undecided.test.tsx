import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import type { Entry } from './api';
import { Undecided } from './Undecided';

const ENTRY = { id: 'row', contact: { id: 'anna', name: 'Анна' }, undecided: true } as Entry;
const CLIENTS = [
  { id: 'x', name: 'ООО Икс' },
  { id: 'y', name: 'ООО Ромашка' },
];

let asked: { path: string; body?: unknown }[];

function show(suggested: unknown) {
  asked = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const request = input as Request;
    const path = new URL(request.url).pathname;
    if (path.endsWith('/pin-targets')) return Response.json({ clients: CLIENTS, suggested });
    asked.push({ path, body: await request.json() });
    if (path.endsWith('/pin-following')) return Response.json({ entry: ENTRY, pinned: 3, has_more: false });
    return Response.json(ENTRY);
  });
  render(
    <MantineProvider env="test">
      <Notifications />
      <QueryClientProvider client={new QueryClient()}>
        <Undecided entry={ENTRY} subject={{ kind: 'contact', id: 'anna' }} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  fireEvent.click(screen.getByText('не распределено'));
}

afterEach(cleanup);

test('the likely company stands first, with why, and one press takes it', async () => {
  show({ client_id: 'y', pinned_at: '2026-05-12T09:00:00Z' });
  const likely = await screen.findByText('Вероятно, ООО Ромашка');
  screen.getByText('последнее закрепление 12.05.2026');
  expect(asked, 'nothing is chosen by itself').toEqual([]);
  expect(screen.getAllByRole('menuitem')).toHaveLength(2);
  fireEvent.click(likely);
  await waitFor(() => expect(asked).toEqual([{ path: '/api/interactions/row/pin', body: { client_id: 'y' } }]));
});

test('without a former pin nothing is likely, and many are pinned when that was ticked', async () => {
  show(null);
  await screen.findByText('ООО Икс');
  expect(screen.queryByText(/Вероятно/)).toBeNull();
  fireEvent.click(screen.getByRole('menuitemcheckbox', { name: 'И все следующие нераспределённые' }));
  fireEvent.click(screen.getByText('ООО Икс'));
  await waitFor(() => expect(asked).toEqual([{ path: '/api/interactions/row/pin-following', body: { client_id: 'x' } }]));
  await screen.findByText(/Распределено 3\s+записи/);
});
