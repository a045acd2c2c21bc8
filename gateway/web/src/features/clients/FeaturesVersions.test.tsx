import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import FeaturesVersions from './FeaturesVersions';

afterEach(cleanup);

function show(versions: unknown) {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () => Response.json(versions));
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false, networkMode: 'always' } } });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={cache}>
        <FeaturesVersions client="c1" onClose={() => undefined} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

test('each version says who wrote it, and a text that was taken away is told', async () => {
  show([
    { text: null, author: 'Роман Ильин', at: '2026-11-22T09:00:00Z' },
    { text: 'Звонить после обеда', author: 'Анна Петрова', at: '2026-11-21T09:00:00Z' },
  ]);
  await screen.findByText('Текст убран');
  screen.getByText('Звонить после обеда');
  screen.getByText(/Анна Петрова/);
  expect(screen.getAllByRole('listitem')).toHaveLength(2);
});

test('a card without any says so', async () => {
  show([]);
  await screen.findByText('Особенностей ещё не записывали');
});
