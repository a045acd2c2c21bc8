import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { Count, Counters, type Counted } from './Counters';

const NUMBERS = { messages: 1000, calls: 12, letters: 0, notes: 4, with_files: 3, people: 2, open_conversations: 1 };

afterEach(cleanup);

test('each number opens its rows, many are «999+», and nothing cannot be pressed', async () => {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () => Response.json(NUMBERS));
  const opened: Counted[] = [];
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <Counters client="x" onShow={(kind) => opened.push(kind)} />
        <p>
          Люди <Count client="x" of="people" />
        </p>
      </QueryClientProvider>
    </MantineProvider>,
  );
  fireEvent.click(await screen.findByText('12'));
  fireEvent.click(screen.getByRole('button', { name: 'Файлы 3' }));
  expect(opened).toEqual(['calls', 'files']);
  screen.getByRole('button', { name: 'Сообщения 999+' });
  expect(screen.getByRole('button', { name: 'Письма и SMS 0' })).toHaveProperty('disabled', true);
  screen.getByText('2');
});
