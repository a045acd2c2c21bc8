import { Alert, Badge, Button, Divider, Group, List, Skeleton, Stack, Switch, Text, TextInput, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import type { Schema } from '@/api/client';
import { ApiError } from '@/api/problem';
import { dateTime, number } from '@/shared/format';
import { channelsQuery, lightOf } from '@/shared/light';
import { useRight } from '@/shared/me';
import { CopyField } from '@/shared/ui/CopyField';
import { Light } from '@/shared/ui/Light';
import { ButtonLink } from '@/shared/ui/links';
import { Page } from '@/shared/ui/Page';
import { Failed, FormFailure, Loading } from '@/shared/ui/States';
import { accountQuery, connectorsQuery, noticesQuery, useEditAccount, useMend, type Account, type Setting } from './api';
import { stepsAfter } from './guides';
import { Steps } from './NewChannel';
import { settingName } from './settings';
import { SettingFields, type Values } from './SettingFields';
import { Seats } from './Seats';
import { Templates } from './Templates';

const REFUSALS: Record<string, string> = {
  wrong_signature: 'подпись или секрет не сошлись: проверьте секрет здесь и у провайдера',
  missing_signature: 'запрос без подписи или без секретной части адреса',
  refused: 'обращение с неразрешённого адреса',
  method: 'неверный метод: у провайдера нужен POST',
  too_large: 'слишком большое тело запроса',
  too_slow: 'запрос не пришёл до конца',
  broken: 'канал не работает: проверьте его настройки',
  not_stored: 'не удалось сохранить: провайдер повторит сам',
};

/** One channel: health with causes, the address for the provider, the fields. */
export function Channel({ accountId }: { accountId: string }) {
  const account = useQuery(accountQuery(accountId));
  const connectors = useQuery(connectorsQuery);
  if (account.isPending || connectors.isPending) return <Loading />;
  const error = account.error ?? connectors.error;
  if (!account.data || !connectors.data) return <Failed error={error} again={() => void account.refetch()} />;
  const connector = connectors.data.find((known) => known.name === account.data.connector);
  return <Ready account={account.data} settings={connector?.settings ?? []} title={connector?.title} />;
}

function Ready({ account, settings, title }: { account: Account; settings: Setting[]; title?: string }) {
  const health = useQuery(channelsQuery).data?.find((channel) => channel.id === account.id);
  const light = lightOf(health, account);
  const { check, repair } = useMend(account.id);
  const mayReadLog = useRight('raw_log.read') !== undefined;
  const edit = useEditAccount(account.id);
  return (
    <Page
      title={account.name}
      narrow
      actions={
        <Switch
          label={account.enabled ? 'Включён' : 'Выключен'}
          checked={account.enabled}
          disabled={edit.isPending}
          onChange={(event) => edit.mutate({ enabled: event.currentTarget.checked })}
        />
      }
    >
      <Stack gap="lg">
        <FormFailure error={edit.error} />
        <section>
          <Group gap="xs">
            <Light light={light} />
            <Text fw={600}>{light.word}</Text>
            {title && <Badge variant="default" tt="none">{title}</Badge>}
          </Group>
          <Text mt={4}>{light.cause}</Text>
          {health && health.causes.length > 1 && (
            <List size="sm" mt={4}>
              {health.causes.slice(1).map((cause) => (
                <List.Item key={cause.code}>{cause.text}</List.Item>
              ))}
            </List>
          )}
          {health && (health.waiting > 0 || health.stuck > 0) && (
            <Text c="dimmed" className="numbers">
              Ждут отправки: {number(health.waiting)}, требуют решения: {number(health.stuck)}
            </Text>
          )}
          <Text c="dimmed" className="numbers">
            Сегодня событий: {number(account.received_today)}
            {account.last_received_at && `, последнее ${dateTime(account.last_received_at)}`}
          </Text>
          {Object.entries(account.refused).length > 0 && (
            <List size="sm" mt="xs">
              {Object.entries(account.refused).map(([why, count]) => (
                <List.Item key={why}>
                  Отклонено {number(count)}: {REFUSALS[why] ?? why}
                </List.Item>
              ))}
            </List>
          )}
          <Group gap="xs" mt="sm">
            <Button
              variant="default"
              loading={check.isPending}
              onClick={() =>
                check.mutate(undefined, { onSuccess: () => notifications.show({ message: 'Спрашиваем провайдера, ответ появится здесь' }) })
              }
            >
              Проверить
            </Button>
            {health?.causes.some((cause) => cause.repairable) && (
              <Button variant="default" loading={repair.isPending} onClick={() => repair.mutate()}>
                Настроить у провайдера
              </Button>
            )}
          </Group>
          {repair.data && <Text mt={4}>{repair.data.done.join('. ') || 'У провайдера всё уже настроено.'}</Text>}
          <FormFailure error={check.error ?? repair.error} />
          {mayReadLog && (
            <ButtonLink to="/settings/raw-events" search={{ account: account.id }} variant="default" mt="sm">
              Журнал событий канала
            </ButtonLink>
          )}
        </section>
        <Templates accountId={account.id} />
        {account.connector === 'telphin' && <Seats account={account} />}
        <Divider />
        <section>
          <Title order={2} mb="xs">
            У провайдера
          </Title>
          <CopyField
            label="Адрес вебхука"
            value={account.webhook.url}
            description={
              account.webhook.secret_part === 'hidden'
                ? 'К адресу добавьте «/» и секретную часть. Она была показана один раз; новую можно задать ниже.'
                : undefined
            }
          />
          <Stack mt="sm">
            <Steps steps={stepsAfter(account.connector, account.secrets)} />
          </Stack>
        </section>
        <Divider />
        <Fields account={account} settings={settings} />
        <Notices accountId={account.id} />
      </Stack>
    </Page>
  );
}

function Fields({ account, settings }: { account: Account; settings: Setting[] }) {
  const edit = useEditAccount(account.id);
  const kept = account.settings as Record<string, unknown>;
  const known = (name: string) => (name === 'region' ? account.region : kept[name] == null ? '' : String(kept[name]));
  const [name, setName] = useState(account.name);
  const [values, setValues] = useState<Values>(() =>
    Object.fromEntries(settings.filter((setting) => !setting.secret).map((setting) => [setting.name, known(setting.name)])),
  );
  const [revealed, setRevealed] = useState<Schema<'ChangedAccount'>>();
  const error = edit.error;
  const field = error instanceof ApiError ? error.field : undefined;
  const save = (event: FormEvent) => {
    event.preventDefault();
    const changed = settings.filter((setting) =>
      setting.secret ? (values[setting.name] ?? '') !== '' : (values[setting.name] ?? '') !== known(setting.name),
    );
    const patch = Object.fromEntries(changed.map((setting) => [setting.name, values[setting.name]!.trim()]));
    edit.mutate(
      { name: name.trim() === account.name ? undefined : name.trim(), settings: patch },
      {
        onSuccess: (answer) => {
          setRevealed(answer);
          setValues(Object.fromEntries(Object.entries(values).filter(([of]) => !settings.find((s) => s.name === of)?.secret)));
          notifications.show({ color: 'green', message: 'Канал сохранён и уже работает с новыми настройками' });
        },
      },
    );
  };
  return (
    <section>
      <Title order={2} mb="xs">
        Настройки
      </Title>
      <form onSubmit={save}>
        <Stack gap="md">
          <TextInput
            label="Название канала"
            required
            withAsterisk={false}
            value={name}
            error={field === 'name' ? error?.message : undefined}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <SettingFields
            settings={settings}
            values={values}
            onChange={setValues}
            known={account.secrets}
            fault={field && error ? { field, why: error.message } : undefined}
          />
          {(!field || field === 'settings') && <FormFailure error={error} />}
          {revealed?.account.webhook.secret_part === 'shown' && (
            <Alert color="yellow" title="Новый адрес показан один раз">
              <CopyField label="Адрес вебхука целиком" value={revealed.account.webhook.url} />
            </Alert>
          )}
          {Object.entries(revealed?.invented_secrets ?? {}).map(([of, secret]) => (
            <CopyField key={of} label={settingName(of)} value={secret} />
          ))}
          <Group justify="flex-end">
            <Button type="submit" loading={edit.isPending}>
              Сохранить
            </Button>
          </Group>
        </Stack>
      </form>
    </section>
  );
}

const LEVELS: Record<string, { word: string; color: string }> = {
  info: { word: 'сведения', color: 'gray' },
  warning: { word: 'предупреждение', color: 'yellow' },
  alarm: { word: 'тревога', color: 'red' },
};

function Notices({ accountId }: { accountId: string }) {
  const notices = useInfiniteQuery(noticesQuery(accountId));
  const rows = notices.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section>
      <Title order={2} mb="xs">
        Что сообщил провайдер
      </Title>
      {notices.isPending ? (
        <Skeleton height={40} />
      ) : notices.isError ? (
        <Failed error={notices.error} again={() => void notices.refetch()} />
      ) : rows.length === 0 ? (
        <Text c="dimmed">Ничего: сюда попадают смены качества, ограничения и отказы шаблонов.</Text>
      ) : (
        <Stack gap="xs">
          {rows.map((notice) => (
            <Group key={notice.id} gap="xs" align="flex-start" wrap="nowrap">
              <Badge variant="light" color={LEVELS[notice.level]?.color ?? 'gray'} tt="none" c="var(--words)" style={{ flex: 'none' }}>
                {LEVELS[notice.level]?.word ?? notice.level}
              </Badge>
              <div>
                <Text>
                  {notice.code}
                  {notice.subject && `: ${notice.subject}`}
                </Text>
                <Text size="xs" c="dimmed">
                  {dateTime(notice.at)}
                </Text>
              </div>
            </Group>
          ))}
          {notices.hasNextPage && (
            <Button variant="default" loading={notices.isFetchingNextPage} onClick={() => void notices.fetchNextPage()}>
              Показать ещё
            </Button>
          )}
        </Stack>
      )}
    </section>
  );
}
