import { expect, test, vi } from 'vitest';
import { api, unwrap } from './client';
import type { ApiError } from './problem';

const answer = (status: number, body: string, type: string) =>
  vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response(body, { status, headers: { 'content-type': type } }));

const asked = () => unwrap(api.GET('/api/me')).catch((error: ApiError) => error as ApiError);

test('a problem of the hub comes whole', async () => {
  const problem = { type: 'foreign-client', title: 'Чужой клиент', status: 403, stub: { name: 'Ромашка' } };
  answer(403, JSON.stringify(problem), 'application/problem+json');
  const error = (await asked()) as ApiError;
  expect([error.type, error.problem.stub]).toEqual(['foreign-client', { name: 'Ромашка' }]);
  expect(error.isPassing).toBe(false);
});

test('the page of a proxy is a problem that may pass', async () => {
  answer(502, '<html>Bad Gateway</html>', 'text/html');
  const error = (await asked()) as ApiError;
  expect([error.type, error.isPassing]).toEqual(['unreadable', true]);
});

test('no network is a problem that may pass', async () => {
  vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('Failed to fetch'));
  const error = (await asked()) as ApiError;
  expect([error.type, error.isPassing]).toEqual(['offline', true]);
});
