import { ActionIcon, Alert, Badge, Button, Checkbox, Drawer, Group, Menu, MultiSelect, Select, Skeleton, Stack, Table, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconDots, IconPlus, IconSearch } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link as RouteLink, useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import type { Schema } from '@/api/client';
import { ApiError } from '@/api/problem';
import { date, dateTime } from '@/shared/format';
import { useMe } from '@/shared/me';
import { CopyField } from '@/shared/ui/CopyField';
import block from '@/shared/ui/BlockTable.module.css';
import { Page } from '@/shared/ui/Page';
import { Failed, FormFailure, Nothing } from '@/shared/ui/States';
import { rolesQuery, useCreateUser, useEditUser, usePasswordLink, usersQuery, useUserState, type User } from './api';
import type { UsersSearch } from './search';

const route = getRouteApi('/frame/settings/users');
type Link = Schema<'PasswordLink'>;

/** «Пользователи»: who signs in and with which roles. */
export function Users() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const go = (next: UsersSearch) => void navigate({ to: '/settings/users', search: { ...search, ...next }, replace: true });
  const later = useDebouncedCallback((text: string) => go({ text: text.trim() || undefined }), 250);
  const list = useInfiniteQuery(usersQuery(search));
  const roles = useQuery(rolesQuery).data?.items ?? [];
  const users = list.data?.pages.flatMap((page) => page.items) ?? [];
  const [open, setOpen] = useState<User | 'new'>();
  const [link, setLink] = useState<{ name: string; link: Link }>();
  return (
    <Page
      title="Пользователи"
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={() => setOpen('new')}>
          Новый пользователь
        </Button>
      }
      tools={
        <Group gap="xs">
          <TextInput
            w={260}
            aria-label="Поиск"
            placeholder="Имя или логин"
            leftSection={<IconSearch size={16} />}
            defaultValue={search.text ?? ''}
            onChange={(event) => later(event.currentTarget.value)}
          />
          <Select
            w={220}
            aria-label="Роль"
            placeholder="Любая роль"
            clearable
            clearButtonProps={{ 'aria-label': 'Любая роль' }}
            searchable
            data={roles.map((role) => ({ value: role.code, label: role.name }))}
            value={search.role ?? null}
            onChange={(role) => go({ role: role ?? undefined })}
          />
          <Checkbox
            label="И отключённые"
            checked={search.disabled ?? false}
            onChange={(event) => go({ disabled: event.currentTarget.checked || undefined })}
          />
        </Group>
      }
    >
      {link && <LinkShown name={link.name} link={link.link} onClose={() => setLink(undefined)} />}
      {list.isPending ? (
        <Skeleton height={200} m="md" role="status" aria-label="Пользователи загружаются" />
      ) : list.isError ? (
        <Failed error={list.error} again={() => void list.refetch()} />
      ) : users.length === 0 ? (
        <Nothing title="Никто не подходит">Измените поиск, роль или покажите отключённых.</Nothing>
      ) : (
        <Table verticalSpacing={10} horizontalSpacing="md" highlightOnHover className={block.table}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Имя</Table.Th>
              <Table.Th>Логин</Table.Th>
              <Table.Th>Роли</Table.Th>
              <Table.Th>Состояние</Table.Th>
              <Table.Th aria-label="Действия" />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {users.map((user) => (
              <Table.Tr key={user.id}>
                <Table.Td>
                  <button type="button" className="plain link" onClick={() => setOpen(user)}>
                    {user.name}
                  </button>
                  {user.post && (
                    <Text size="xs" c="dimmed">
                      {user.post}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td data-label="Логин">{user.login}</Table.Td>
                <Table.Td data-label="Роли">{user.roles.map((code) => roles.find((role) => role.code === code)?.name ?? code).join(', ') || '—'}</Table.Td>
                <Table.Td>
                  <StateOf user={user} />
                </Table.Td>
                <Table.Td className={block.act}>
                  <Acts user={user} onLink={(made) => setLink({ name: user.name, link: made })} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {list.hasNextPage && (
        <Group justify="center" p="md">
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Показать ещё
          </Button>
        </Group>
      )}
      {open && (
        <UserForm
          user={open === 'new' ? undefined : open}
          roles={roles}
          onClose={() => setOpen(undefined)}
          onCreated={(made) => setLink({ name: made.user.name, link: made.password_link })}
        />
      )}
    </Page>
  );
}

function StateOf({ user }: { user: User }) {
  const [word, color] = user.disabled_at
    ? [`отключён ${date(user.disabled_at)}`, 'gray']
    : user.locked_until
      ? ['вход заблокирован', 'red']
      : user.has_password
        ? ['работает', 'green']
        : ['ждёт пароля', 'yellow'];
  return (
    <>
      <Badge variant="light" color={color} c="var(--words)" tt="none">
        {word}
      </Badge>
      {(user.second_factor || user.second_factor_required) && (
        <Text size="xs" c="dimmed">
          {user.second_factor ? 'входит с кодом' : 'вход с кодом не подключён'}
        </Text>
      )}
    </>
  );
}

function Acts({ user, onLink }: { user: User; onLink: (link: Link) => void }) {
  const me = useMe();
  const state = useUserState(user.id);
  const link = usePasswordLink(user.id);
  const fail = { onError: (error: Error) => notifications.show({ color: 'red', message: error.message }) };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`Действия: ${user.name}`} loading={state.isPending || link.isPending}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {!user.disabled_at && (
          <Menu.Item onClick={() => link.mutate(undefined, { ...fail, onSuccess: onLink })}>Ссылка для пароля</Menu.Item>
        )}
        {!user.disabled_at && (
          <Menu.Item component={RouteLink} to={`/settings/users/${user.id}/eyes` as string}>
            Глазами сотрудника
          </Menu.Item>
        )}
        {user.locked_until && <Menu.Item onClick={() => state.mutate('unlock', fail)}>Открыть вход</Menu.Item>}
        {!user.disabled_at && <Menu.Item onClick={() => state.mutate('sign_out', fail)}>Завершить все сеансы</Menu.Item>}
        {!user.disabled_at &&
          (user.second_factor_required ? (
            <Menu.Item onClick={() => state.mutate('free_of_code', fail)}>Не требовать вход с кодом</Menu.Item>
          ) : (
            <Menu.Item onClick={() => state.mutate('require_code', fail)}>Требовать вход с кодом</Menu.Item>
          ))}
        {user.second_factor && <Menu.Item onClick={() => state.mutate('reset_code', fail)}>Сбросить вход с кодом</Menu.Item>}
        {user.disabled_at ? (
          <Menu.Item onClick={() => state.mutate('activate', fail)}>Включить снова</Menu.Item>
        ) : (
          user.id !== me.id && (
            <Menu.Item color="red" onClick={() => state.mutate('deactivate', fail)}>
              Отключить
            </Menu.Item>
          )
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

function LinkShown({ name, link, onClose }: { name: string; link: Link; onClose: () => void }) {
  const url = link.url.startsWith('/') ? `${location.origin}${link.url}` : link.url;
  return (
    <Alert m="md" color="blue" title={`Передайте ссылку: ${name}`} withCloseButton closeButtonLabel="Скрыть ссылку" onClose={onClose}>
      <CopyField label="По ней задаётся пароль, один раз" value={url} description={`Действует до ${dateTime(link.expires_at)}. Больше мы её не покажем.`} />
    </Alert>
  );
}

interface UserFormProps {
  user?: User;
  roles: Schema<'Role'>[];
  onClose: () => void;
  onCreated: (made: Schema<'CreatedUser'>) => void;
}

function UserForm({ user, roles, onClose, onCreated }: UserFormProps) {
  const create = useCreateUser();
  const edit = useEditUser(user?.id ?? '');
  const asked = user ? edit : create;
  const [fields, setFields] = useState({
    name: user?.name ?? '',
    login: user?.login ?? '',
    post: user?.post ?? '',
    phone: user?.phone ?? '',
    email: user?.email ?? '',
    roles: user?.roles ?? ['manager'],
  });
  const problem = asked.error instanceof ApiError ? asked.error.field : undefined;
  const text = (name: 'name' | 'login' | 'post' | 'phone' | 'email', label: string, required = false) => ({
    label,
    required,
    withAsterisk: false,
    value: fields[name],
    error: problem === name ? asked.error?.message : undefined,
    onChange: (event: { currentTarget: { value: string } }) => setFields({ ...fields, [name]: event.currentTarget.value }),
  });
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (user) edit.mutate(fields, { onSuccess: onClose });
    else {
      const body = { ...fields, post: fields.post || null, phone: fields.phone || null, email: fields.email || null };
      create.mutate(body, {
        onSuccess: (made) => {
          onCreated(made);
          onClose();
        },
      });
    }
  };
  return (
    <Drawer opened onClose={onClose} position="right" size={420} title={user ? user.name : 'Новый пользователь'}>
      <form onSubmit={save}>
        <Stack gap="sm">
          <TextInput data-autofocus {...text('name', 'Имя и фамилия', true)} />
          <TextInput autoCapitalize="none" autoComplete="off" {...text('login', 'Логин', true)} />
          <TextInput {...text('post', 'Должность')} />
          <TextInput type="tel" {...text('phone', 'Телефон')} />
          <TextInput type="email" description="Сюда Узел пишет администраторам о неполадках" {...text('email', 'Почта')} />
          <MultiSelect
            label="Роли"
            description="Права складываются. Другие роли действуют со следующего запроса."
            data={roles.map((role) => ({ value: role.code, label: role.name }))}
            searchable
            value={fields.roles}
            error={problem === 'roles' ? asked.error?.message : undefined}
            onChange={(chosen) => setFields({ ...fields, roles: chosen })}
          />
          {!problem && <FormFailure error={asked.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Отмена
            </Button>
            <Button type="submit" loading={asked.isPending}>
              {user ? 'Сохранить' : 'Создать и получить ссылку'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Drawer>
  );
}
