import { MantineProvider } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { act, cleanup, render, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Toasts } from './Toasts';

beforeEach(() => {
  render(
    <MantineProvider env="test">
      <Toasts />
    </MantineProvider>,
  );
});

afterEach(() => {
  act(() => {
    notifications.clean();
    notifications.cleanQueue();
  });
  cleanup();
});

const tell = (message: string, title?: string) => act(() => void notifications.show({ message, title }));

test('the same words stand once, however often they are told', async () => {
  tell('Нет связи', 'Сообщение не принято');
  tell('Нет связи', 'Сообщение не принято');
  tell('Нет связи', 'Файл не загружен');
  await waitFor(() => expect(screen.getAllByRole('alert')).toHaveLength(2));
});

test('no more than three stand at once, and the next comes when one goes', async () => {
  for (const words of ['раз', 'два', 'три', 'четыре']) tell(words);
  expect(screen.getAllByRole('alert')).toHaveLength(3);
  expect(screen.queryByText('четыре')).toBeNull();
  act(() => screen.getAllByRole('button', { name: '' })[0]!.click());
  await screen.findByText('четыре');
});
