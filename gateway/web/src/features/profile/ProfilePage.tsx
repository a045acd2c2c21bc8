import { Alert, Badge, Button, Divider, Group, MultiSelect, PasswordInput, Skeleton, Stack, Switch, Text, TextInput, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import type { Schema } from '@/api/client';
import { ApiError } from '@/api/problem';
import { dateTime, ownZone } from '@/shared/format';
import { singleKeysAreOn, switchSingleKeys } from '@/shared/keys';
import { useMe, useRight } from '@/shared/me';
import { SHORTEST } from '@/shared/password';
import { RIGHTS } from '@/shared/words/rights';
import { zoneWords } from '@/shared/zones';
import { CopyField } from '@/shared/ui/CopyField';
import { Page } from '@/shared/ui/Page';
import { Failed, FormFailure } from '@/shared/ui/States';
import { keysQuery, sessionsQuery, useChangePassword, useEndSession, useMakeKey, useRevokeKey, useSetPhone } from './api';
import { BrowserNotices } from './BrowserNotices';
import { deviceName } from './device';
import { OwnEmail } from './OwnEmail';
import { OwnTelegram } from './OwnTelegram';
import { SecondFactor } from './SecondFactor';

/** «Мой профиль»: own data, devices, keys. */
export function ProfilePage() {
  const answersFromTelegram = useRight('bridge.use') !== undefined;
  return (
    <Page title="Мой профиль" narrow>
      <Stack gap="lg">
        <Own />
        <Divider />
        {answersFromTelegram && (
          <>
            <OwnTelegram />
            <Divider />
          </>
        )}
        <BrowserNotices />
        <Divider />
        <Keyboard />
        <Divider />
        <Password />
        <Divider />
        <SecondFactor />
        <Divider />
        <Sessions />
        <Divider />
        <Keys />
      </Stack>
    </Page>
  );
}

function Own() {
  const me = useMe();
  const set = useSetPhone();
  const [phone, setPhone] = useState(me.phone ?? '');
  const save = (event: FormEvent) => {
    event.preventDefault();
    set.mutate(phone.trim(), { onSuccess: () => notifications.show({ color: 'green', message: 'Телефон сохранён' }) });
  };
  return (
    <section>
      <Title order={2}>{me.name}</Title>
      <Text c="dimmed">
        {[me.post, `логин ${me.login}`, `часовой пояс ${zoneWords(ownZone)}`].filter(Boolean).join(' · ')}
      </Text>
      <Text size="xs" c="dimmed">
        Имя, должность и роли меняет администратор.
      </Text>
      <OwnEmail />
      <form onSubmit={save}>
        <Group align="flex-end" mt="sm" gap="xs">
          <TextInput label="Мой телефон" type="tel" value={phone} onChange={(event) => setPhone(event.currentTarget.value)} />
          <Button type="submit" variant="default" loading={set.isPending} disabled={phone.trim() === (me.phone ?? '')}>
            Сохранить
          </Button>
        </Group>
        <FormFailure error={set.error} />
      </form>
    </section>
  );
}

function Keyboard() {
  const [on, setOn] = useState(singleKeysAreOn);
  return (
    <section>
      <Title order={2} mb="xs">
        Клавиши
      </Title>
      <Switch
        label="Одиночные клавиши вне полей ввода (J, K, P…)"
        description="Список показывает «?»"
        checked={on}
        onChange={(event) => {
          switchSingleKeys(event.currentTarget.checked);
          setOn(event.currentTarget.checked);
        }}
      />
    </section>
  );
}

function Password() {
  const change = useChangePassword();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const field = change.error instanceof ApiError ? change.error.field : undefined;
  const save = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(
      { current_password: current, password: next },
      {
        onSuccess: () => {
          setCurrent('');
          setNext('');
          notifications.show({ color: 'green', message: 'Пароль сменён, остальные сеансы завершены' });
        },
      },
    );
  };
  const toggle = { 'aria-label': 'Показать пароль', 'aria-hidden': false, tabIndex: 0 };
  return (
    <section>
      <Title order={2} mb="xs">
        Пароль
      </Title>
      <form onSubmit={save}>
        <Stack gap="sm" maw={360}>
          <PasswordInput
            label="Прежний пароль"
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={current}
            error={field === 'current_password' ? change.error?.message : undefined}
            visibilityToggleButtonProps={toggle}
            onChange={(event) => setCurrent(event.currentTarget.value)}
          />
          <PasswordInput
            label="Новый пароль"
            description={`Не короче ${SHORTEST} знаков`}
            autoComplete="new-password"
            required
            withAsterisk={false}
            value={next}
            error={field === 'password' ? change.error?.message : undefined}
            visibilityToggleButtonProps={toggle}
            onChange={(event) => setNext(event.currentTarget.value)}
          />
          {!field && <FormFailure error={change.error} />}
          <Group>
            <Button type="submit" variant="default" loading={change.isPending} disabled={next.length < SHORTEST}>
              Сменить пароль
            </Button>
          </Group>
        </Stack>
      </form>
    </section>
  );
}

function Sessions() {
  const sessions = useQuery(sessionsQuery);
  const end = useEndSession();
  return (
    <section>
      <Group justify="space-between" mb="xs">
        <Title order={2}>Где я вошёл</Title>
        {(sessions.data?.length ?? 0) > 1 && (
          <Button variant="default" loading={end.isPending} onClick={() => end.mutate('others')}>
            Выйти везде, кроме этого
          </Button>
        )}
      </Group>
      {sessions.isPending ? (
        <Skeleton height={60} />
      ) : sessions.isError ? (
        <Failed error={sessions.error} again={() => void sessions.refetch()} />
      ) : (
        <Stack gap="sm">
          {sessions.data.map((session) => (
            <Group key={session.id} justify="space-between" wrap="nowrap">
              <div>
                <Group gap="xs">
                  <Text>{deviceName(session.user_agent)}</Text>
                  {session.current && (
                    <Badge variant="light" color="green" c="var(--words)" tt="none">
                      это устройство
                    </Badge>
                  )}
                </Group>
                <Text size="xs" c="dimmed" className="numbers">
                  {session.remote && `${session.remote} · `}вход {dateTime(session.created_at)}, был здесь {dateTime(session.last_seen_at)}
                </Text>
              </div>
              {!session.current && (
                <Button variant="subtle" color="red" size="compact-sm" onClick={() => end.mutate(session.id)}>
                  Завершить
                </Button>
              )}
            </Group>
          ))}
        </Stack>
      )}
      <FormFailure error={end.error} />
    </section>
  );
}

function Keys() {
  const me = useMe();
  const keys = useQuery(keysQuery);
  const make = useMakeKey();
  const revoke = useRevokeKey();
  const own = Object.keys(me.rights) as Schema<'Right'>[];
  const [name, setName] = useState('');
  const [rights, setRights] = useState<Schema<'Right'>[]>([]);
  const save = (event: FormEvent) => {
    event.preventDefault();
    make.mutate({ name: name.trim(), rights }, { onSuccess: () => setName('') });
  };
  return (
    <section>
      <Title order={2} mb={4}>
        Ключи API
      </Title>
      <Text c="dimmed" mb="sm">
        Для своих программ. Ключ может не больше, чем вы; описание:{' '}
        <a href="/api/docs" target="_blank" rel="noreferrer" className="link" style={{ textDecoration: 'underline' }}>
          API Узла
        </a>
        .
      </Text>
      <Stack gap="sm">
        {keys.data?.map((key) => (
          <Group key={key.id} justify="space-between" wrap="nowrap">
            <div>
              <Text>
                {key.name} <span className="soft numbers">{key.prefix}…</span>
              </Text>
              <Text size="xs" c="dimmed">
                {key.rights.map((right) => RIGHTS[right as Schema<'Right'>]?.name ?? right).join(', ') || 'без прав'} ·{' '}
                {key.last_used_at ? `использован ${dateTime(key.last_used_at)}` : 'ещё не использован'}
              </Text>
            </div>
            <Button variant="subtle" color="red" size="compact-sm" onClick={() => revoke.mutate(key.id)}>
              Отозвать
            </Button>
          </Group>
        ))}
        {make.data && (
          <Alert color="yellow" title="Скопируйте ключ сейчас: он показан один раз">
            <CopyField label="Ключ" value={make.data.secret} />
          </Alert>
        )}
        <form onSubmit={save}>
          <Group align="flex-end" gap="xs">
            <TextInput label="Название" required withAsterisk={false} value={name} onChange={(e) => setName(e.currentTarget.value)} />
            <MultiSelect
              label="Права"
              miw={240}
              data={own.map((right) => ({ value: right, label: RIGHTS[right].name }))}
              value={rights}
              onChange={(chosen) => setRights(chosen as Schema<'Right'>[])}
            />
            <Button type="submit" variant="default" loading={make.isPending} disabled={name.trim() === '' || rights.length === 0}>
              Создать ключ
            </Button>
          </Group>
        </form>
        <FormFailure error={make.error ?? revoke.error} />
      </Stack>
    </section>
  );
}
