import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, expect, test, vi } from 'vitest';
import type { Rules } from './api';
import { RulesForm } from './RulesForm';
import { StopWords } from './StopWords';

const RULES: Rules = {
  dialogue_hours: 24,
  quiet_from: '21:00:00',
  quiet_until: '09:00:00',
  channel_order: [['whatsapp'], ['telegram', 'max'], ['sms']],
  version: 3,
};

/** Answers every change so; reads give the STOP words. */
function hub(change: (body: unknown) => Response) {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const request = input as Request;
    return request.method === 'GET' ? Response.json({ words: ['стоп'] }) : change(await request.json());
  });
}

function show(children: ReactNode) {
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false, networkMode: 'always' }, mutations: { networkMode: 'always' } } });
  render(
    <MantineProvider env="test">
      <Notifications />
      <QueryClientProvider client={cache}>{children}</QueryClientProvider>
    </MantineProvider>,
  );
}

const nothing = () => undefined;

afterEach(cleanup);

test('rules are saved whole, with the order of channels as it stands', async () => {
  const saved = vi.fn();
  hub((body) => {
    saved(body);
    return Response.json({ ...RULES, version: 4 });
  });
  show(<RulesForm rules={RULES} readOnly={false} onReload={nothing} />);
  fireEvent.change(screen.getByLabelText('С'), { target: { value: '20:30' } });
  fireEvent.click(screen.getByLabelText('SMS выше'));
  fireEvent.click(screen.getByLabelText('MAX наравне с предыдущим'));
  fireEvent.click(screen.getByLabelText('Не использовать WhatsApp'));
  fireEvent.click(screen.getByText('Сохранить'));
  await screen.findByText('Правила сохранены');
  expect(saved).toHaveBeenCalledWith({
    version: 3,
    quiet_from: '20:30:00',
    quiet_until: '09:00:00',
    dialogue_hours: 24,
    channel_order: [['telegram'], ['sms'], ['max']],
  });
});

test('a field that cannot be says so beside itself', async () => {
  const detail = 'Длительность диалога: от 1 до 720 часов.';
  hub(() => Response.json({ type: 'invalid-request', title: 'Проверьте', status: 400, detail, field: 'dialogue_hours' }, { status: 400 }));
  show(<RulesForm rules={RULES} readOnly={false} onReload={nothing} />);
  fireEvent.click(screen.getByText('Сохранить'));
  await screen.findByText(detail);
});

test('rules that somebody else has changed can be read anew', async () => {
  hub(() => Response.json({ type: 'stale-version', title: 'Правила изменились', status: 409, detail: 'Кто-то сохранил их раньше.' }, { status: 409 }));
  const reload = vi.fn();
  show(<RulesForm rules={RULES} readOnly={false} onReload={reload} />);
  fireEvent.click(screen.getByText('Сохранить'));
  fireEvent.click(await screen.findByText('Показать новые правила'));
  expect(reload).toHaveBeenCalledOnce();
});

test('who may not change the rules sees them', () => {
  show(<RulesForm rules={RULES} readOnly onReload={nothing} />);
  expect(screen.getByLabelText('С')).toHaveProperty('disabled', true);
  expect(screen.queryByText('Сохранить')).toBeNull();
  expect(screen.queryByLabelText('SMS выше')).toBeNull();
});

test('a STOP word is added and the list is saved', async () => {
  const saved = vi.fn();
  hub((body) => {
    saved(body);
    return Response.json({ words: ['не пишите', 'стоп'] });
  });
  show(<StopWords readOnly={false} />);
  fireEvent.change(await screen.findByLabelText('Слова'), { target: { value: 'стоп\n не пишите \n\n' } });
  fireEvent.click(screen.getByText('Сохранить слова'));
  await waitFor(() => expect(saved).toHaveBeenCalledWith({ words: ['стоп', 'не пишите'] }));
});
