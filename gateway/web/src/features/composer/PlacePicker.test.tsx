import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import type { Conversation } from './api';
import { PlacePicker } from './PlacePicker';

const HOUR_MS = 3_600_000;
const anna = { id: 'anna', name: 'Анна' };
const placeOf = (id: string, channel: string, person_name?: string) =>
  ({ id, account: { id: channel, name: 'основной', channel }, contact: anna, clients: [], person_name, last_at: new Date(Date.now() - HOUR_MS).toISOString() }) as unknown as Conversation;

const PLACES = [placeOf('wa', 'whatsapp'), placeOf('tg', 'telegram', 'Аня'), placeOf('tg2', 'telegram', 'Анна Котова'), placeOf('text', 'sms')];
const PERMISSIONS: Record<string, unknown> = {
  wa: { permission: 'open', until: new Date(Date.now() + 10.5 * HOUR_MS).toISOString() },
  tg: { permission: 'closed', reason: 'Клиент заблокировал бота.' },
  tg2: { permission: 'open', until: null },
  text: { permission: 'open', until: null },
};

afterEach(cleanup);

test('the menu of places says how each stands, and tells those of one channel apart by who is there', async () => {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const path = new URL((input as Request).url).pathname;
    if (path === '/api/channels') return Response.json({ items: [{ id: 'sms', light: 'red', causes: [], enabled: true, waiting: 0 }] });
    if (path.endsWith('/measure')) return Response.json({ parts: 2 });
    return Response.json({ permission: PERMISSIONS[path.split('/')[3]!], abilities: null, templates: [] });
  });
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <PlacePicker place={PLACES[0]!} places={PLACES} words={() => 'Добрый день'} onPlace={() => undefined} onLook={() => undefined} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  fireEvent.click(screen.getByLabelText('Канал: WhatsApp'));
  await screen.findByText('окно 10 ч');
  await screen.findByText(/Аня, .* · Клиент заблокировал бота\./);
  await screen.findByText('~2 части');
  await screen.findByText('недоступен: сообщение подождёт');
  const items = screen.getAllByRole('menuitem', { hidden: true }).map((item) => item.textContent);
  expect(items[2]).toContain('Анна Котова');
  expect(items[0]).not.toContain('Анна');
});
