import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CallNote } from './CallNote';

let sent: { call_id: string; text: string }[];

function show(answer: () => Response) {
  sent = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    sent.push(await (input as Request).json());
    return answer();
  });
  const written = vi.fn();
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <CallNote call="call" client="romashka" onWritten={written} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return written;
}

const field = () => screen.getByLabelText<HTMLTextAreaElement>('Комментарий к звонку');

beforeEach(() => localStorage.clear());
afterEach(cleanup);

test('words about a call are written with the call', async () => {
  const written = show(() => Response.json({ id: 'note' }, { status: 201 }));
  fireEvent.change(field(), { target: { value: ' Ждёт счёт ' } });
  fireEvent.click(screen.getByRole('button', { name: 'Записать' }));
  await waitFor(() => expect(written).toHaveBeenCalled());
  expect([sent[0]!.call_id, sent[0]!.text, field().value]).toEqual(['call', 'Ждёт счёт', '']);
});

test('refused words outlive the card of the call', async () => {
  show(() => Response.json({ type: 'foreign-client', title: 'Чужой', status: 403, detail: 'Клиента передали.' }, { status: 403 }));
  fireEvent.change(field(), { target: { value: 'Ждёт счёт' } });
  fireEvent.click(screen.getByRole('button', { name: 'Записать' }));
  await screen.findByText(/Клиента передали/);
  cleanup();
  show(() => Response.json({}));
  expect(field().value).toBe('Ждёт счёт');
});

test('a double press writes one comment', async () => {
  const written = show(() => Response.json({ id: 'note' }, { status: 201 }));
  fireEvent.change(field(), { target: { value: 'Ждёт счёт' } });
  const form = field().closest('form')!;
  act(() => {
    fireEvent.submit(form);
    fireEvent.submit(form);
  });
  await waitFor(() => expect(written).toHaveBeenCalled());
  expect(sent).toHaveLength(1);
});
