import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { channelsQuery } from '@/shared/light';
import { meQuery } from '@/shared/me';
import { ChannelLights } from './ChannelLights';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const channel = (id: number, light: 'green' | 'amber' | 'red') => ({
  id: String(id),
  name: `Канал ${id}`,
  channel: 'sms',
  enabled: true,
  writes: true,
  light,
  causes: [],
  waiting: 0,
  oldest_waiting_at: null,
  stuck: 0,
  asked_at: null,
});

function show(width: 'desk' | 'phone', lights: ('green' | 'amber' | 'red')[]) {
  vi.stubGlobal('matchMedia', (media: string) => ({ matches: width === 'desk', media, addEventListener: () => undefined, removeEventListener: () => undefined }));
  vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('nothing may be asked'));
  const cache = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  cache.setQueryData(meQuery.queryKey, { id: 'me', login: 'me', name: 'Я', roles: [], rights: {} } as never);
  cache.setQueryData(channelsQuery.queryKey, lights.map((light, id) => channel(id, light)) as never);
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={cache}>
        <ChannelLights />
      </QueryClientProvider>
    </MantineProvider>,
  );
  const button = screen.getByRole('button', { name: /^Каналы/ });
  const dots = [...button.querySelectorAll<HTMLElement>('[data-color]')].map((dot) => dot.dataset.color);
  return { name: button.getAttribute('aria-label'), dots, words: button.textContent };
}

const nineteen = [...Array<'green'>(16).fill('green'), 'amber', 'red', 'amber'] as const;

test('a desk shows ten dots, the worst first, and how many more there are', () => {
  const { dots, words } = show('desk', [...nineteen]);
  expect(dots).toEqual(['bad', 'late', 'late', ...Array(7).fill('good')]);
  expect(words).toBe('+9');
});

test('a phone shows the worst state and how many channels are in it, however many there are', () => {
  const { dots, words, name } = show('phone', [...nineteen]);
  expect(dots).toEqual(['bad']);
  expect(words).toBe('1');
  expect(name).toBe('Каналы: требуют внимания 3 из 19, с этой точкой 1');
  expect(fetch).not.toHaveBeenCalled();
});
