import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, configure, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { CallResultPicker } from './ui/CallResultPicker';

configure({ asyncUtilTimeout: 4000 });

let said: unknown[] = [];

function show() {
  said = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const { result } = (await (input as Request).json()) as { result: string | null };
    said.push(result);
    return Response.json({ id: 'call', contact: { id: 'a', name: 'Анна' }, call: { result: result && { result } } });
  });
  render(
    <MantineProvider>
      <Notifications />
      <QueryClientProvider client={new QueryClient({ defaultOptions: { mutations: { networkMode: 'always' } } })}>
        <CallResultPicker call="call" value="agreed" />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

async function choose(word: string) {
  fireEvent.click(screen.getAllByLabelText('Результат звонка')[0]!);
  fireEvent.click(await screen.findByRole('option', { name: word, hidden: true }));
}

afterEach(cleanup);

test('«Перезвонить» tells where the client waits, and one press brings the former result back', async () => {
  show();
  await choose('Перезвонить');
  await screen.findByText(/^Анна: в «Звонках»/);
  fireEvent.click(screen.getByRole('button', { name: 'Отменить' }));
  await waitFor(() => expect(said).toEqual(['call_again', 'agreed']));
});

test('another result is no promise and tells nothing', async () => {
  show();
  await choose('Не интересно');
  await waitFor(() => expect(said).toEqual(['not_interested']));
  expect(screen.queryByText(/в «Звонках»/)).toBeNull();
});
