import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { ApiError } from '@/api/problem';
import { SHORTEST } from '@/shared/password';
import { Failed, FormFailure, Loading, Nothing } from '@/shared/ui/States';
import { linkQuery, useSetUp } from './api';
import { Door } from './Door';
import { NewPassword } from './NewPassword';

/** The first step of a fresh installation; the link of the terminal leads here. */
export function SetUp() {
  const setUp = useSetUp();
  const navigate = useNavigate();
  const [token, setToken] = useState(() => location.hash.slice(1));
  const [hadToken] = useState(token !== '');
  const [opened] = useState(token);
  const link = useQuery({ ...linkQuery(opened, 'setup'), enabled: hadToken });
  const [name, setName] = useState('');
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const field = setUp.error instanceof ApiError ? setUp.error.field : undefined;
  const said = (of: string) => (field === of ? setUp.error?.message : undefined);

  const create = (event: FormEvent) => {
    event.preventDefault();
    setUp.mutate(
      { token: token.trim(), login: login.trim(), name: name.trim(), password },
      { onSuccess: () => void navigate({ to: '/settings/channels/new', search: { first: true }, replace: true }) },
    );
  };

  if (hadToken && !link.data) {
    return (
      <Door title="Первая настройка">
        {link.isPending ? (
          <Loading what="Ссылка проверяется" />
        ) : link.isError ? (
          <Failed error={link.error} again={() => void link.refetch()} />
        ) : (
          <Nothing title="Ссылка больше не действует" action={<Link to="/login" className="link">Перейти ко входу</Link>}>
            По ней уже создан администратор, или программа напечатала новую. Если администратор уже есть, войдите; если нет,
            перезапустите программу и откройте ссылку из её последнего запуска.
          </Nothing>
        )}
      </Door>
    );
  }
  return (
    <Door
      title="Первая настройка"
      lead="Шаг 1 из 2: администратор. Он подключит каналы и пригласит остальных. Шаг 2: первый канал."
    >
      <form onSubmit={create}>
        <Stack gap="sm">
          {!hadToken && (
            <TextInput
              label="Код из терминала"
              description="Программа напечатала его при первом запуске, после знака «#»."
              required
              withAsterisk={false}
              value={token}
              onChange={(event) => setToken(event.currentTarget.value)}
            />
          )}
          <TextInput
            label="Имя и фамилия"
            autoComplete="name"
            required
            withAsterisk={false}
            value={name}
            error={said('name')}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <TextInput
            label="Логин"
            autoComplete="username"
            autoCapitalize="none"
            required
            withAsterisk={false}
            value={login}
            error={said('login')}
            onChange={(event) => setLogin(event.currentTarget.value)}
          />
          <NewPassword value={password} onChange={setPassword} error={said('password')} />
          {!field && <FormFailure error={setUp.error} />}
          <Button type="submit" loading={setUp.isPending} disabled={password.length < SHORTEST}>
            Создать администратора
          </Button>
          <Text size="xs" c="dimmed">
            Пароля по умолчанию нет. Забытый пароль заменит другой администратор или команда «uzel user add».
          </Text>
        </Stack>
      </form>
    </Door>
  );
}
