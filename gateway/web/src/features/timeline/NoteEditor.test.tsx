import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, expect, test, vi } from 'vitest';
import type { Entry } from './api';
import { NoteEditor } from './NoteEditor';

const NOTE = { id: 'note', kind: 'note', text: 'Было', note: { version: 1, locked_at: '2026-11-23T12:00:00Z' } } as Entry;

function Editor() {
  const [text, setText] = useState<string | null>('Стало');
  if (text === null) return <p>Сохранено</p>;
  return <NoteEditor entry={NOTE} subject={{ kind: 'client', id: 'romashka' }} text={text} onText={setText} />;
}

function show(answer: () => Response, press = () => fireEvent.click(screen.getByRole('button', { name: 'Сохранить' }))) {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () => answer());
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <Editor />
      </QueryClientProvider>
    </MantineProvider>,
  );
  press();
}

const refused = (status: number, type: string, detail: string) => () =>
  Response.json({ type, title: 'Нельзя', status, detail }, { status });

afterEach(cleanup);

test('what was saved leaves the field', async () => {
  show(() => Response.json(NOTE));
  await screen.findByText('Сохранено');
});

test('Enter saves as it does where comments are written, and Shift+Enter does not', async () => {
  const field = () => screen.getByLabelText('Текст комментария');
  show(
    () => Response.json(NOTE),
    () => fireEvent.keyDown(field(), { key: 'Enter', shiftKey: true }),
  );
  expect(fetch).not.toHaveBeenCalled();
  fireEvent.keyDown(field(), { key: 'Enter' });
  await screen.findByText('Сохранено');
});

test('a comment that was locked while one typed keeps the words and says why', async () => {
  show(refused(403, 'note-locked', 'Прошло больше суток.'));
  await screen.findByText(/Прошло больше суток/);
  expect(screen.getByLabelText('Текст комментария')).toHaveProperty('value', 'Стало');
  screen.getByRole('button', { name: 'Скопировать текст' });
  expect(screen.queryByText('Было'), 'the old words are not doubled').toBeNull();
});

test('a comment that was changed meanwhile is not written over unseen', async () => {
  show(refused(409, 'stale-version', 'Уже изменён.'));
  await screen.findByText(/комментарий изменили/);
  expect(screen.getByRole('button', { name: 'Сохранить' })).toHaveProperty('disabled', true);
  expect(screen.getByLabelText('Текст комментария')).toHaveProperty('value', 'Стало');
  vi.mocked(fetch).mockImplementation(async () => Response.json({ ...NOTE, text: 'Чужое', note: { ...NOTE.note!, version: 2 } }));
  fireEvent.click(screen.getByRole('button', { name: 'Показать, что записано сейчас' }));
  await waitFor(() => expect(screen.getByRole('button', { name: 'Сохранить' })).toHaveProperty('disabled', false));
  screen.getByText('Было');
});
