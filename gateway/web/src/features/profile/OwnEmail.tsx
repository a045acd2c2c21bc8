import { Button, Group, PasswordInput, Stack, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState, type FormEvent } from 'react';
import { ApiError } from '@/api/problem';
import { useMe } from '@/shared/me';
import { FormFailure } from '@/shared/ui/States';
import { useSetEmail } from './api';

/** Where Uzel writes to one. Another address needs the password, and the former one hears of it. */
export function OwnEmail() {
  const me = useMe();
  const set = useSetEmail();
  const [email, setEmail] = useState(me.email ?? '');
  const [password, setPassword] = useState('');
  const isOther = email.trim() !== (me.email ?? '');
  const field = set.error instanceof ApiError ? set.error.field : undefined;
  const of = (name: string) => (field === name ? set.error?.message : undefined);
  const save = (event: FormEvent) => {
    event.preventDefault();
    set.mutate(
      { email: email.trim(), password },
      {
        onSuccess: (profile) => {
          setEmail(profile.email ?? '');
          setPassword('');
          notifications.show({ color: 'green', message: 'Почта сохранена' });
        },
      },
    );
  };
  return (
    <form onSubmit={save}>
      <Stack gap="xs" maw={360} mt="sm">
        <TextInput
          label="Моя почта"
          description="Сюда приходят письма Узла"
          type="email"
          placeholder="не указана"
          value={email}
          error={of('email')}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        {isOther && (
          <PasswordInput
            label="Ваш пароль"
            description={me.email ? 'Прежнему адресу придёт письмо о замене' : undefined}
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={password}
            error={of('password')}
            visibilityToggleButtonProps={{ 'aria-label': 'Показать пароль', 'aria-hidden': false, tabIndex: 0 }}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
        )}
        {!field && <FormFailure error={set.error} />}
        {isOther && (
          <Group>
            <Button type="submit" variant="default" loading={set.isPending}>
              Сохранить почту
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}
