import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { meQuery } from '@/shared/me';
import type { StoredDraft } from './drafts';
import { useDraft } from './useDraft';

/** A hub that keeps one draft as the real one does. */
let kept: StoredDraft;
let cache: QueryClient;
let refused: number;

function show() {
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={cache}>{children}</QueryClientProvider>;
  return renderHook(() => useDraft('reply', 'talk'), { wrapper });
}

/** The person's other device saves, and the feed tells of it. */
async function onOtherDevice(text: string) {
  kept = { ...kept, text, version: kept.version + 1 };
  await act(() => cache.invalidateQueries({ queryKey: ['drafts'] }));
}

beforeEach(() => {
  localStorage.clear();
  refused = 0;
  kept = { kind: 'reply', subject_id: 'talk', text: '', version: 0 };
  cache = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  cache.setQueryData(meQuery.queryKey, { id: 'me', name: 'Я', rights: {} } as never);
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const request = input as Request;
    if (request.method === 'GET') return Response.json(kept);
    const { text, version } = (await request.json()) as StoredDraft;
    if (text.length > 20_000 || text.includes('\0')) {
      refused += 1;
      return Response.json({ type: 'invalid', title: 'Нельзя', status: 400 }, { status: 400 });
    }
    if (version !== kept.version && text !== kept.text) {
      return Response.json({ type: 'newer-draft', title: 'Есть другой', status: 409, draft: kept }, { status: 409 });
    }
    kept = { ...kept, text, version: kept.version + 1 };
    return Response.json(kept);
  });
});
afterEach(cleanup);

test('what is typed goes to the hub, and what another device wrote comes into an untouched field', async () => {
  const { result } = show();
  act(() => result.current.setText('Отгрузим'));
  await waitFor(() => expect([kept.text, result.current.version]).toEqual(['Отгрузим', 1]), { timeout: 3000 });
  await onOtherDevice('Отгрузим завтра');
  await waitFor(() => expect(result.current.text).toBe('Отгрузим завтра'));
});

test('different words of two devices are both there until the person chooses', async () => {
  const { result } = show();
  await waitFor(() => expect(cache.isFetching()).toBe(0));
  act(() => result.current.setText('Моё'));
  await onOtherDevice('Чужое');
  await waitFor(() => expect(result.current.other).toBe('Чужое'));
  expect([result.current.text, kept.text]).toEqual(['Моё', 'Чужое']);
  act(() => result.current.keepOwn());
  await waitFor(() => expect([kept.text, result.current.other]).toEqual(['Моё', undefined]), { timeout: 3000 });
});

test('words that were sent do not come back from a save that was under way', async () => {
  const { result } = show();
  act(() => result.current.setText('Да'));
  await waitFor(() => expect(kept.text).toBe('Да'), { timeout: 3000 });
  act(() => result.current.sent());
  // The hub empties the draft with the press.
  await onOtherDevice('');
  await waitFor(() => expect(cache.isFetching()).toBe(0));
  expect(result.current.text).toBe('');
});

test('words that are too long for the hub are kept here alone, and that is said until they are shorter', async () => {
  const { result } = show();
  act(() => result.current.setText('а'.repeat(20_001)));
  expect(result.current.isOnlyHere).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect([refused, kept.text]).toEqual([0, '']);
  act(() => result.current.setText('а'.repeat(20_000)));
  expect(result.current.isOnlyHere).toBe(false);
  await waitFor(() => expect(kept.text).toHaveLength(20_000), { timeout: 3000 });
});

test('a draft that the hub refuses is not told to be kept there', async () => {
  const { result } = show();
  act(() => result.current.setText('не\0знак'));
  await waitFor(() => expect(result.current.isOnlyHere).toBe(true), { timeout: 3000 });
  act(() => result.current.setText('знак'));
  await waitFor(() => expect([kept.text, result.current.isOnlyHere]).toEqual(['знак', false]), { timeout: 3000 });
});
