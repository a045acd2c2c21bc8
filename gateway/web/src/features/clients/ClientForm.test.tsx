import { MantineProvider } from '@mantine/core';
import { Notifications, notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, configure, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { freezeQuery } from '@/shared/changeRequests';
import type { ClientCard } from '@/shared/clients';
import { ClientForm } from './ClientForm';

configure({ asyncUtilTimeout: 4000 });

/** Makes clients; refuses a number where `fault` says so. What was sent is kept. */
function show(fault?: string, card?: ClientCard) {
  const sent: { path: string; body: unknown }[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const request = input as Request;
    const path = new URL(request.url).pathname;
    if (request.method !== 'POST') return Response.json({ items: [] });
    const body = (await request.json()) as { name: string };
    sent.push({ path, body });
    if (path === '/api/contacts' && fault) {
      return Response.json({ type: 'invalid-request', title: 'Неверный запрос', status: 400, detail: fault }, { status: 400 });
    }
    return Response.json({ id: 'c1', name: body.name }, { status: 201 });
  });
  const cache = new QueryClient({ defaultOptions: { queries: { networkMode: 'always' }, mutations: { networkMode: 'always' } } });
  cache.setQueryDefaults(['me'], { staleTime: Infinity });
  cache.setQueryData(['me'], { id: 'u1', name: 'Анна', login: 'anna', rights: { 'clients.write': 'own' } });
  cache.setQueryData(freezeQuery.queryKey, { enabled: true });
  const onDone = vi.fn();
  render(
    <MantineProvider env="test">
      <Notifications />
      <QueryClientProvider client={cache}>
        <ClientForm card={card} onClose={() => undefined} onDone={onDone} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { sent, onDone };
}

const write = (label: string, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } });
const create = () => fireEvent.click(screen.getByRole('button', { name: 'Создать' }));

afterEach(() => {
  notifications.clean();
  cleanup();
});

test('a client without a name is not sent, and the form says why', async () => {
  const { sent } = show();
  create();
  await screen.findByText('Напишите, как называется клиент.');
  expect(sent).toEqual([]);
});

test('a number given with a new client becomes that of its first person', async () => {
  const { sent, onDone } = show();
  write('Название', 'ООО «Ромашка»');
  write('Телефон', '8 900 000-00-11');
  create();
  await waitFor(() => expect(onDone).toHaveBeenCalledWith('c1'));
  expect(sent[1]).toEqual({
    path: '/api/contacts',
    body: { client_id: 'c1', name: 'ООО «Ромашка»', addresses: [{ kind: 'phone', text: '8 900 000-00-11' }] },
  });
});

test('a number that does not fit leaves the new client and is told of', async () => {
  const { onDone } = show('Это не номер.');
  write('Название', 'ООО «Ромашка»');
  write('Телефон', '12');
  create();
  await screen.findByText('Клиент создан, но номер не записан');
  expect(onDone).toHaveBeenCalledWith('c1');
});

test('a name that nobody entered is free, also of a card with requisites, and an entered one is locked', () => {
  const taken = { id: 'c1', name: '+7 900', inn: '7707083893', automatic: false, name_is_chosen: false } as ClientCard;
  show(undefined, taken);
  expect(screen.getByLabelText('Название')).toHaveProperty('disabled', false);
  expect(screen.getByLabelText('ИНН')).toHaveProperty('disabled', true);
  cleanup();
  show(undefined, { ...taken, name_is_chosen: true });
  expect(screen.getByLabelText('Название')).toHaveProperty('disabled', true);
});
