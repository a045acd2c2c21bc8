import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { meQuery } from '@/shared/me';
import { SimilarOf } from './SimilarOf';

afterEach(cleanup);

function show(rights: Record<string, string>) {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () => Response.json({ items: [], next_cursor: null }));
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  cache.setQueryData(meQuery.queryKey, { id: 'me', name: 'Я', rights } as never);
  render(
    <MantineProvider>
      <QueryClientProvider client={cache}>
        <SimilarOf client={{ id: 'a', name: 'Ромашка' }} joined={[]} people={[]} onMoved={() => undefined} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

test('whoever may not join is told whom to ask, and not that there is nothing similar', () => {
  show({});
  screen.getByText(/спросите руководителя отдела/);
  expect(screen.queryByText(/похожих нет/)).toBeNull();
});

test('whoever may join is told that there is nothing once that is known', async () => {
  show({ 'clients.join': 'all' });
  expect(screen.queryByText(/похожих нет/)).toBeNull();
  await screen.findByText('Объединённых и похожих нет.');
});
