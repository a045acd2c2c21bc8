import { Button, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { ApiError } from '@/api/problem';
import { SHORTEST } from '@/shared/password';
import { Failed, FormFailure, Loading, Nothing } from '@/shared/ui/States';
import { linkQuery, useSetPassword } from './api';
import { Door } from './Door';
import { NewPassword } from './NewPassword';

/** A password by a one-time link. The token stands behind `#`, so that no log of a server keeps it. */
export function SetPassword() {
  const setPasswordBy = useSetPassword();
  const navigate = useNavigate();
  const [token] = useState(() => location.hash.slice(1));
  const [password, setPassword] = useState('');
  const link = useQuery({ ...linkQuery(token, 'password'), enabled: token !== '' });
  const field = setPasswordBy.error instanceof ApiError ? setPasswordBy.error.field : undefined;

  const save = (event: FormEvent) => {
    event.preventDefault();
    setPasswordBy.mutate(
      { token, password },
      { onSuccess: () => void navigate({ to: '/login', search: { reason: 'password' }, replace: true }) },
    );
  };

  if (token === '') {
    return (
      <Door title="Пароль">
        <Nothing title="Ссылка неполная">
          Скопируйте её целиком, вместе со знаками после «#», или попросите администратора о новой.
        </Nothing>
      </Door>
    );
  }
  if (link.isPending) {
    return (
      <Door title="Пароль">
        <Loading what="Ссылка проверяется" />
      </Door>
    );
  }
  if (link.isError) {
    return (
      <Door title="Пароль">
        <Failed error={link.error} again={() => void link.refetch()} />
      </Door>
    );
  }
  if (!link.data) {
    return (
      <Door title="Пароль">
        <Nothing title="Ссылка больше не действует" action={<Link to="/login" className="link">Перейти ко входу</Link>}>
          Ею уже воспользовались, или прошло больше трёх суток, или вместо неё выдали новую. Если пароль по ней уже задан, войдите с
          ним; если нет, попросите у администратора новую ссылку.
        </Nothing>
      </Door>
    );
  }
  return (
    <Door title="Задайте пароль" lead="По этой ссылке пароль задаётся один раз. Прежние сеансы закончатся.">
      <form onSubmit={save}>
        <Stack gap="sm">
          <NewPassword
            label="Новый пароль"
            value={password}
            onChange={setPassword}
            error={field === 'password' ? setPasswordBy.error?.message : undefined}
          />
          {field !== 'password' && <FormFailure error={setPasswordBy.error} />}
          <Button type="submit" loading={setPasswordBy.isPending} disabled={password.length < SHORTEST}>
            Сохранить и перейти ко входу
          </Button>
        </Stack>
      </form>
    </Door>
  );
}
