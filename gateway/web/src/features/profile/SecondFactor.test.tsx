import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { meQuery } from '@/shared/me';
import { SecondFactor } from './SecondFactor';

const OFF = { enabled: false, required: false, recovery_codes: 0 };

/** A hub that takes the code 123456 and the password «верный». */
function show(factor: typeof OFF) {
  let standing = factor;
  const me = () => ({ id: 'me', login: 'anna', name: 'Анна', rights: {}, second_factor: standing });
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const request = input as Request;
    if (new URL(request.url).pathname === '/api/me') return Response.json(me());
    const body = await request.json();
    const refused = (field: string, detail: string) =>
      Response.json({ type: 'invalid', title: 'Нет', status: 422, field, detail }, { status: 422 });
    if (request.method !== 'PUT' && body.password !== 'верный') return refused('password', 'Пароль неверен.');
    if (request.url.endsWith('/recovery-codes')) {
      standing = { ...standing, recovery_codes: 1 };
      return Response.json({ codes: ['ccccc-ddddd'] });
    }
    if (request.method === 'POST') {
      return Response.json({ secret: 'ABCD', uri: 'otpauth://totp/x', qr: 'data:image/png;base64,AA' }, { status: 201 });
    }
    if (request.method === 'PUT') {
      if (body.code !== '123456') return refused('code', 'Код не подошёл.');
      standing = { ...standing, enabled: true, recovery_codes: 1 };
      return Response.json({ codes: ['aaaaa-bbbbb'] });
    }
    standing = OFF;
    return new Response(null, { status: 204 });
  });
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } });
  cache.setQueryData(meQuery.queryKey, me() as never);
  render(
    <MantineProvider>
      <QueryClientProvider client={cache}>
        <SecondFactor />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

afterEach(cleanup);

/** Types this as one's own password into the form that is open, and sends it. */
function sign(password: string, submit: string) {
  fireEvent.change(screen.getByLabelText('Ваш пароль'), { target: { value: password } });
  fireEvent.click(screen.getByText(submit));
}

test('it is on when a code was right and the recovery codes were kept', async () => {
  show(OFF);
  fireEvent.click(screen.getByText('Подключить'));
  sign('чужой', 'Продолжить');
  await screen.findByText('Пароль неверен.');
  sign('верный', 'Продолжить');
  const code = await screen.findByLabelText(/Введите код/);
  screen.getByAltText('QR-код для приложения');
  fireEvent.change(code, { target: { value: '000000' } });
  fireEvent.click(screen.getByText('Включить'));
  await screen.findByText('Код не подошёл.');
  fireEvent.change(code, { target: { value: '123456' } });
  fireEvent.click(screen.getByText('Включить'));
  await screen.findByText('aaaaa-bbbbb');
  fireEvent.click(screen.getByText('Коды сохранены'));
  await screen.findByText('включён');
});

test('it goes off by the password', async () => {
  show({ enabled: true, required: false, recovery_codes: 8 });
  screen.getByText(/Запасных кодов осталось: 8\./);
  fireEvent.click(screen.getByText('Выключить'));
  sign('чужой', 'Выключить вход с кодом');
  await screen.findByText('Пароль неверен.');
  sign('верный', 'Выключить вход с кодом');
  await waitFor(() => screen.getByText('Подключить'));
});

test('new recovery codes are shown once', async () => {
  show({ enabled: true, required: true, recovery_codes: 0 });
  fireEvent.click(screen.getByText('Новые коды'));
  screen.getByText(/Прежние запасные коды перестанут действовать/);
  sign('верный', 'Получить новые коды');
  await screen.findByText('ccccc-ddddd');
  fireEvent.click(screen.getByText('Коды сохранены'));
  await screen.findByText(/Запасных кодов осталось: 1\./);
});

test('where it is required nobody switches it off, nor is told to', () => {
  show({ enabled: true, required: true, recovery_codes: 1 });
  screen.getByText(/требует администратор/);
  screen.getByText(/Запасных кодов осталось: 1\./);
  expect(screen.queryByText(/[Вв]ыключит/)).toBeNull();
});
