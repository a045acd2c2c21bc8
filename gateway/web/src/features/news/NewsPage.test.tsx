import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { meQuery } from '@/shared/me';
import { RELEASES } from './news';
import { NewsPage } from './NewsPage';
import { useUnreadNews } from './useUnreadNews';

function Mark() {
  return <p>{useUnreadNews().unread ? 'есть новое' : 'всё прочитано'}</p>;
}

function show(shown: React.ReactNode, me: string) {
  const cache = new QueryClient();
  cache.setQueryData(meQuery.queryKey, { id: me, rights: {} } as never);
  render(
    <MantineProvider>
      <QueryClientProvider client={cache}>{shown}</QueryClientProvider>
    </MantineProvider>,
  );
}

afterEach(() => {
  cleanup();
  localStorage.clear();
});

test('what was read is marked for its reader alone', async () => {
  show(<Mark />, 'anna');
  await screen.findByText('есть новое');
  cleanup();
  show(<NewsPage />, 'anna');
  screen.getByText(RELEASES[0]!.news[0]!.title);
  cleanup();
  show(<Mark />, 'anna');
  await screen.findByText('всё прочитано');
  cleanup();
  show(<Mark />, 'pavel');
  await screen.findByText('есть новое');
});

test('releases stand in order and each once', () => {
  const days = RELEASES.map((release) => release.day);
  expect(days).toEqual([...new Set(days)].toSorted().reverse());
});
