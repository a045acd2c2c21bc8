import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, expect, test, vi } from 'vitest';
import type { Conversation } from './api';
import { useRest } from './useRest';

const told = vi.hoisted(() => vi.fn());
vi.mock('@/shared/ui/strip', () => ({ strip: told }));

const TALK = { id: 'talk', last_inbound_at: '2026-11-22T10:00:00Z' } as Conversation;

/** What the hub says of the conversation once the message has gone, and what is told of it. */
async function after(rest: Conversation['rest']): Promise<string[]> {
  const asked = vi.spyOn(globalThis, 'fetch').mockImplementation(async () => Response.json({ ...TALK, rest }));
  const cache = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={cache}>{children}</QueryClientProvider>;
  const { result } = renderHook(useRest, { wrapper });
  await act(async () => result.current.laid({ conversation: TALK, until: null }));
  await waitFor(() => expect(asked).toHaveBeenCalled());
  await waitFor(() => expect(cache.isFetching()).toBe(0));
  return told.mock.calls.map(([strip]) => strip.words);
}

afterEach(() => {
  cleanup();
  told.mockClear();
  vi.restoreAllMocks();
});

test('a dialog that a message has closed is told of with a way back', async () => {
  expect(await after({ since: '2026-11-22T10:01:00Z', until: null })).toEqual(['Диалог закрыт']);
});

test('nothing is told of a dialog that something newer keeps open', async () => {
  expect(await after(null)).toEqual([]);
});
