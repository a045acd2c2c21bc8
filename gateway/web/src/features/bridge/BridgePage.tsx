import { Alert, Button, Group, List, Radio, Stack, Switch, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRight } from '@/shared/me';
import { plural } from '@/shared/plural';
import { Page } from '@/shared/ui/Page';
import { Failed, FormFailure, Loading } from '@/shared/ui/States';
import {
  bridgeQuery,
  readableRoomsQuery,
  useCheckBridge,
  useChooseGroup,
  useSetBridged,
  type BridgeGroup,
  type BridgeSetup,
} from './api';
import { Conversations } from './Conversations';
import { Duty } from './Duty';
import { stateOf } from './texts';

/** «Мост в Telegram»: the director's group, and which rooms are shown there. */
export function BridgePage() {
  const setup = useQuery(bridgeQuery);
  return (
    <Page title="Мост в Telegram" narrow>
      {setup.isPending ? (
        <Loading what="Настройки моста загружаются" />
      ) : setup.isError ? (
        <Failed error={setup.error} again={() => void setup.refetch()} />
      ) : (
        <Stack gap="xl">
          <Guide setup={setup.data} />
          <Groups setup={setup.data} />
          {setup.data.group && !setup.data.group.present && (
            <Alert color="orange" icon={<IconAlertTriangle size={18} />} title="Бота нет в группе">
              Сообщения ждут и придут по порядку. Верните бота в группу администратором с правом «Управление темами».
            </Alert>
          )}
          {setup.data.group && <Rooms setup={setup.data} />}
          {setup.data.group && <Conversations setup={setup.data} />}
          <Duty />
        </Stack>
      )}
    </Page>
  );
}

function Guide({ setup }: { setup: BridgeSetup }) {
  const mayConnect = useRight('accounts.manage') !== undefined;
  return (
    <section>
      <Text mb="sm">
        Выбранные чаты и диалоги с клиентами видны в группе Telegram: у каждого своя тема. Ответ в теме попадает в чат или уходит
        клиенту под именем того, кто ответил.
      </Text>
      <List type="ordered" spacing={6}>
        <List.Item>
          {mayConnect ? (
            <>
              Создайте у @BotFather отдельного бота и подключите его в разделе{' '}
              <Link to="/settings/channels/new" search={{ connector: 'telegram' }} className="link" style={{ textDecoration: 'underline' }}>
                «Каналы»
              </Link>
              ; в поле «Кому служит бот» выберите «Мосту в Telegram руководителя».
            </>
          ) : (
            'Попросите администратора подключить отдельного бота: он делает это в разделе «Каналы» и выбирает в поле «Кому служит бот» «Мосту в Telegram руководителя».'
          )}
        </List.Item>
        <List.Item>
          Создайте в Telegram закрытую группу, включите в ней темы и назначьте бота администратором с правом «Управление
          темами».
        </List.Item>
        <List.Item>
          Свяжите свой Telegram в{' '}
          <Link to="/settings/profile" className="link" style={{ textDecoration: 'underline' }}>
            «Моём профиле»
          </Link>
          . Связано: {plural(setup.bound, 'человек', 'человека', 'человек')}.
        </List.Item>
        <List.Item>
          Напишите в группе любое сообщение: она появится ниже. Без группы можно выбрать личный чат с ботом: чаты идут там одной
          лентой, и на ответ без цитаты бот спрашивает, в какой чат его передать.
        </List.Item>
      </List>
    </section>
  );
}

const keyOf = (group: BridgeGroup) => `${group.account_id} ${group.chat}`;

function Groups({ setup }: { setup: BridgeSetup }) {
  const choose = useChooseGroup();
  const check = useCheckBridge();
  if (setup.groups.length === 0) {
    return (
      <Alert color="gray" title="Групп пока нет">
        Бот ещё не встретил ни одной группы: добавьте его и напишите в ней сообщение.
      </Alert>
    );
  }
  return (
    <section>
      <Radio.Group
        label="Группа"
        value={setup.group ? keyOf(setup.group) : null}
        onChange={(key) => {
          const group = setup.groups.find((known) => keyOf(known) === key);
          if (group) choose.mutate(group, { onSuccess: () => check.mutate() });
        }}
      >
        <Stack gap={6} mt={6}>
          {setup.groups.map((group) => (
            <Radio key={keyOf(group)} value={keyOf(group)} label={nameOf(group)} />
          ))}
        </Stack>
      </Radio.Group>
      <FormFailure error={choose.error} />
      {setup.group && (
        <Group mt="sm" align="flex-start">
          <Button variant="default" onClick={() => check.mutate()} loading={check.isPending}>
            Проверить права бота
          </Button>
          <div role="status">
            {check.isSuccess &&
              (check.data.length === 0 ? (
                <Alert color="green" icon={<IconCheck size={18} />} p="xs">
                  Всё готово: бот может вести темы.
                </Alert>
              ) : (
                <Alert color="orange" icon={<IconAlertTriangle size={18} />} p="xs">
                  {check.data.map((obstacle) => (
                    <div key={obstacle}>{obstacle}</div>
                  ))}
                </Alert>
              ))}
          </div>
          <FormFailure error={check.error} />
        </Group>
      )}
    </section>
  );
}

function nameOf(group: BridgeGroup): string {
  const troubles = [!group.present && 'бота там нет', !group.threads && (Number(group.chat) > 0 ? 'без тем, одной лентой' : 'темы выключены')].filter(Boolean);
  const name = group.title ?? `Группа ${group.chat}`;
  return troubles.length > 0 ? `${name} (${troubles.join(', ')})` : name;
}

function Rooms({ setup }: { setup: BridgeSetup }) {
  const rooms = useQuery(readableRoomsQuery);
  const set = useSetBridged();
  if (rooms.isPending) return <Loading what="Чаты загружаются" />;
  if (rooms.isError) return <Failed error={rooms.error} again={() => void rooms.refetch()} />;
  const states = new Map(setup.rooms.map((room) => [room.room_id, room]));
  return (
    <section>
      <Title order={2} mb="xs">
        Какие чаты видны в группе
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        Участники чата видят, что он связан с Telegram. Показать можно только чат, который вы читаете сами.
      </Text>
      <Stack gap="sm">
        {rooms.data.map((room) => {
          const state = states.get(room.id);
          return (
            <Switch
              key={room.id}
              label={room.name}
              description={state && stateOf(state)}
              checked={state?.enabled ?? false}
              onChange={(event) => set.mutate({ room: room.id, enabled: event.currentTarget.checked })}
            />
          );
        })}
      </Stack>
      <FormFailure error={set.error} />
    </section>
  );
}
