import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, configure, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import CommandBar from './CommandBar';
import { useTypedAhead } from './useTypedAhead';

configure({ asyncUtilTimeout: 5000 });

afterEach(cleanup);

function show(foreign: { name: string; inn: string | null; responsible: string }[]) {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) =>
    Response.json((input as Request).url.includes('/api/search') ? { clients: [], foreign } : { items: [], next_cursor: null }),
  );
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false, networkMode: 'always' } } });
  cache.setQueryDefaults(['me'], { staleTime: Infinity });
  cache.setQueryData(['me'], { id: 'x', name: 'Анна', login: 'anna', rights: { 'clients.read': 'own' } });
  const component = function Bar() {
    const ahead = useTypedAhead(true, () => undefined);
    return <CommandBar {...ahead} onClose={() => undefined} />;
  };
  const router = createRouter({ routeTree: createRootRoute({ component }), history: createMemoryHistory() });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={cache}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

test('a foreign client that was found opens its stub, also by the keyboard', async () => {
  show([{ name: 'АО «Завод»', inn: '7707083893', responsible: 'Павел Орлов' }]);
  const field = await screen.findByRole('combobox', { name: 'Поиск и команды' });
  fireEvent.change(field, { target: { value: 'завод' } });
  await screen.findByRole('option', { name: /АО «Завод»/ });
  fireEvent.keyDown(field, { key: 'Enter' });
  await screen.findByText('Нет доступа. Ответственный — Павел Орлов');
  await screen.findByRole('button', { name: 'Запросить доступ: АО «Завод»' });
});

test('a foreign client without an ИНН is asked for from where it was found', async () => {
  show([{ name: 'Олег Насосников', inn: null, responsible: 'Павел Орлов' }]);
  fireEvent.change(await screen.findByRole('combobox', { name: 'Поиск и команды' }), { target: { value: 'насос' } });
  fireEvent.click(await screen.findByRole('option', { name: /Олег Насосников/ }));
  await screen.findByRole('button', { name: /Запросить доступ/ });
});

test('where nothing names a foreign client to the hub, the stub says whom to ask', async () => {
  show([{ name: 'Без имени', inn: null, responsible: 'Павел Орлов' }]);
  fireEvent.change(await screen.findByRole('combobox', { name: 'Поиск и команды' }), { target: { value: 'без' } });
  fireEvent.click(await screen.findByRole('option', { name: /Без имени/ }));
  await screen.findByText(/попросите ответственного/);
  expect(screen.queryByRole('button', { name: /Запросить доступ/ })).toBeNull();
});
