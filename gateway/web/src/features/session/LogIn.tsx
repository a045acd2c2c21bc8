import { Alert, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { ApiError } from '@/api/problem';
import { plural } from '@/shared/plural';
import { FormFailure } from '@/shared/ui/States';
import { useSignIn } from './api';
import { Door } from './Door';

interface LogInProps {
  /** Where to go then. */
  next?: string;
  /** Why the person is here again. */
  reason?: 'ended' | 'password';
}

const REASONS = {
  ended: 'Сеанс закончился. Войдите снова: вы вернётесь туда, где были.',
  password: 'Пароль задан. Теперь войдите с ним.',
};

export function LogIn({ next, reason }: LogInProps) {
  const signIn = useSignIn();
  const navigate = useNavigate();
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  // Asked for when the password was right.
  const [code, setCode] = useState<string>();

  const enter = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate(
      { login: login.trim(), password, code },
      {
        onSuccess: () => void navigate({ to: next ?? '/', replace: true }),
        onError: (error) => error instanceof ApiError && error.type === 'code-wanted' && setCode(''),
      },
    );
  };

  return (
    <Door title="Вход">
      {reason && !signIn.isError && <Alert color="blue">{REASONS[reason]}</Alert>}
      <form onSubmit={enter}>
        <Stack gap="sm">
          <TextInput
            label="Логин"
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            required
            withAsterisk={false}
            autoFocus
            value={login}
            onChange={(event) => {
              setLogin(event.currentTarget.value);
              setCode(undefined);
            }}
          />
          <PasswordInput
            label="Пароль"
            name="password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={password}
            visibilityToggleButtonProps={{ 'aria-label': 'Показать пароль', 'aria-hidden': false, tabIndex: 0 }}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          {code !== undefined && (
            <TextInput
              label="Код из приложения"
              description="Или запасной код, если телефона нет под рукой"
              name="code"
              autoComplete="one-time-code"
              required
              withAsterisk={false}
              autoFocus
              value={code}
              onChange={(event) => setCode(event.currentTarget.value)}
            />
          )}
          {!(signIn.error instanceof ApiError && signIn.error.type === 'code-wanted') && <FormFailure error={signIn.error} />}
          <Wait error={signIn.error} />
          <Button type="submit" loading={signIn.isPending} mt="xs">
            Войти
          </Button>
        </Stack>
      </form>
    </Door>
  );
}

function Wait({ error }: { error: unknown }) {
  const seconds = error instanceof ApiError ? error.problem.retry_after : undefined;
  if (typeof seconds !== 'number') return null;
  const minutes = Math.ceil(seconds / 60);
  const long = seconds >= 90 ? plural(minutes, 'минуту', 'минуты', 'минут') : plural(seconds, 'секунду', 'секунды', 'секунд');
  return <Text c="dimmed">Следующая попытка — через {long}.</Text>;
}
