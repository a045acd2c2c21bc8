import { expect, test, vi } from 'vitest';
import { ApiError } from '@/api/problem';
import { makeQueryClient } from './queryClient';

const refused = (type: string) => ApiError.of(401, { type, title: 'Нужно войти', status: 401, detail: 'Передайте действующий ключ API.' });

function meet() {
  const leave = vi.fn();
  const cache = makeQueryClient(leave);
  const ask = (queryKey: string[], type = 'unauthorized') =>
    cache.fetchQuery({ queryKey, queryFn: () => Promise.reject(refused(type)), retry: false, staleTime: 0 }).catch(() => undefined);
  const change = (type: string) =>
    cache
      .getMutationCache()
      .build(cache, { mutationFn: () => Promise.reject(refused(type)) })
      .execute(undefined)
      .catch(() => undefined);
  return { cache, leave, ask, change };
}

test('an ended session leads to the log-in, whether something was asked or changed', async () => {
  const { leave, ask, change } = meet();
  await ask(['conversations']);
  await ask(['me', 'sessions']);
  await change('unauthorized');
  expect(leave).toHaveBeenCalledTimes(3);
});

test('who is not in yet, or types a wrong password, stays where he is', async () => {
  const { leave, ask, change } = meet();
  await ask(['me']);
  await change('wrong-password');
  expect(leave).not.toHaveBeenCalled();
});

test('a profile that was known and is refused is an ended session', async () => {
  const { cache, leave, ask } = meet();
  cache.setQueryData(['me'], { name: 'Анна' });
  await ask(['me']);
  expect(leave).toHaveBeenCalledTimes(1);
});

test('a person is not told of keys of programs', () => {
  expect(refused('unauthorized').message).toBe('Войдите снова, и вы вернётесь на эту страницу.');
});
