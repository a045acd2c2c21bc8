import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, configure, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { meQuery } from '@/shared/me';
import { Composer } from './Composer';

configure({ asyncUtilTimeout: 4000 });

/** How often each sign of a button was drawn. */
const drawn = vi.hoisted(() => ({ IconMicrophone: 0, IconSend: 0, IconSlash: 0, IconPaperclip: 0, IconBrandWhatsapp: 0 }));

vi.mock('@tabler/icons-react', async (original) => {
  const icons = await original<Record<string, unknown>>();
  const counted = Object.keys(drawn).map((name) => [name, () => void (drawn[name as keyof typeof drawn] += 1)]);
  return { ...icons, ...Object.fromEntries(counted) };
});

const PLACE = { id: 'talk', account: { id: 'wa', name: 'Основной', channel: 'whatsapp' }, contact: { id: 'anna', name: 'Анна' }, clients: [] };
const WRITING = {
  permission: { permission: 'open', until: null },
  abilities: { text_limit: 4096, files: [{ kind: 'voice' }], quote: true },
  templates: [],
};

afterEach(cleanup);

test('a key redraws the field and none of the buttons beside it', async () => {
  localStorage.clear();
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const path = new URL((input as Request).url).pathname;
    if (path === '/api/conversations') return Response.json({ items: [PLACE], next_cursor: null });
    if (path.endsWith('/writing')) return Response.json(WRITING);
    return new Response('', { status: 404 });
  });
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false, networkMode: 'always' } } });
  cache.setQueryData(meQuery.queryKey, { id: 'me', login: 'me', name: 'Я', roles: [], rights: { 'clients.write': 'own' } } as never);
  render(
    <MantineProvider>
      <QueryClientProvider client={cache}>
        <Composer contact="anna" onQuoteGone={() => undefined} onRow={() => undefined} onRowGone={() => undefined} onAside={async () => undefined} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  await screen.findByLabelText('Записать голосовое');
  const field = screen.getByLabelText('Текст ответа');
  // The first sign lets «Отправить» go; from there on nothing beside the field changes.
  fireEvent.change(field, { target: { value: 'О' } });
  await waitFor(() => expect(cache.isFetching()).toBe(0));
  const before = { ...drawn };
  expect(Object.values(before).every((times) => times > 0)).toBe(true);
  for (const value of ['От', 'Отг', 'Отгрузим']) fireEvent.change(field, { target: { value } });
  expect(field).toHaveProperty('value', 'Отгрузим');
  expect(drawn).toEqual(before);
});
