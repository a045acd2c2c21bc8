import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import type { Letter } from './api';
import { MailList } from './MailList';

const LETTER: Letter = {
  id: '01900000-0000-7000-8000-000000000001',
  user_id: '01900000-0000-7000-8000-00000000000a',
  address: 'admin@example.ru',
  subject: 'Канал «MAX» не работает',
  text: 'Провайдер не отвечает.',
  state: 'failed',
  written_at: '2026-06-05T12:35:00Z',
  due_at: '2026-06-05T13:35:00Z',
  finished_at: '2026-06-05T13:35:00Z',
  tries: 2,
  code: '550',
  reason: 'Такого ящика нет',
};
const SENT: Letter = { ...LETTER, id: '01900000-0000-7000-8000-000000000002', subject: 'Канал «MAX» снова работает', state: 'sent', code: null, reason: null };
const ATTEMPT = { number: 1, started_at: LETTER.written_at, finished_at: LETTER.due_at, outcome: 'rejected', code: '550', reason: 'Такого ящика нет' };

/** Answers the list with these letters; a press makes the failed one wait. */
function hub(letters: Letter[], retry: () => Response) {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const { method, url } = input as Request;
    const { pathname } = new URL(url);
    if (method === 'POST') return retry();
    if (pathname === '/api/colleagues') return Response.json({ items: [{ id: LETTER.user_id, name: 'Сергей Админов' }], next_cursor: null });
    if (pathname === '/api/mails') return Response.json({ items: letters, next_cursor: null });
    return Response.json({ mail: LETTER, attempts: [ATTEMPT] });
  });
}

function show(state?: Letter['state']) {
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false, networkMode: 'always' }, mutations: { networkMode: 'always' } } });
  render(
    <MantineProvider env="test">
      <Notifications />
      <QueryClientProvider client={cache}>
        <MailList search={{ state }} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

const row = async (subject: string) => within((await screen.findByText(subject)).closest('tr')!);

afterEach(cleanup);

test('a letter that did not go says why, shows its tries, and goes again', async () => {
  const letters = [LETTER, SENT];
  hub(letters, () => {
    letters[0] = { ...LETTER, state: 'sending', finished_at: null };
    return Response.json(letters[0], { status: 202 });
  });
  show();
  const failed = await row(LETTER.subject);
  await failed.findByText('Сергей Админов');
  failed.getByText('Такого ящика нет (550)');
  fireEvent.click(failed.getByText('Письмо и попытки'));
  failed.getByText('Провайдер не отвечает.');
  await failed.findByText(/сервер не принял письмо\. Такого ящика нет \(550\)/);
  fireEvent.click(failed.getByLabelText(`Отправить снова: ${LETTER.subject}`));
  await failed.findByText('Отправляется');
  expect(failed.queryByLabelText(/^Отправить/)).toBeNull();
});

test('a letter that went needs nothing', async () => {
  hub([SENT], () => Response.error());
  show();
  const sent = await row(SENT.subject);
  sent.getByText(/^Отправлено/);
  expect(sent.queryByLabelText(/^Отправить/)).toBeNull();
});

test('a refusal is told and the letter stays as it was', async () => {
  const problem = { type: 'conflict', title: 'Нельзя', status: 409, detail: 'Письмо уже отправляется.' };
  hub([LETTER], () => Response.json(problem, { status: 409 }));
  show();
  fireEvent.click((await row(LETTER.subject)).getByLabelText(`Отправить снова: ${LETTER.subject}`));
  await screen.findByText('Письмо уже отправляется.');
  screen.getByText('Не отправлено');
});

test('an empty list says whether a filter hides the rest', async () => {
  hub([], () => Response.error());
  show('failed');
  await screen.findByText('Писем нет');
  screen.getByText(/скрывает фильтр/);
});

test('who has no right is told so', async () => {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () =>
    Response.json({ type: 'forbidden', title: 'Нет права', status: 403, detail: 'Нужно право «Письма Узла».' }, { status: 403 }),
  );
  show();
  await screen.findByText('Нет доступа');
});
