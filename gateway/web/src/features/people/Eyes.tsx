import { Alert, Badge, Button, Skeleton, Stack, Table, Tabs, Text } from '@mantine/core';
import { IconEye } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery, type UseInfiniteQueryResult } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ago } from '@/shared/format';
import { plural } from '@/shared/plural';
import { RIGHTS } from '@/shared/words/rights';
import { previewOf } from '@/shared/words/preview';
import { Page } from '@/shared/ui/Page';
import { Failed, Nothing } from '@/shared/ui/States';
import { useNow } from '@/shared/useNow';
import { eyesClientsQuery, eyesConversationsQuery, sightQuery, type Sight } from './eyes';
import classes from './Eyes.module.css';
import { SCOPED } from './scoped';

const route = getRouteApi('/frame/settings/users/$userId/eyes');

/** «Глазами сотрудника»: what he may and sees. Nothing here can be pressed but the way back. */
export function Eyes() {
  const { userId } = route.useParams();
  const sight = useQuery(sightQuery(userId));
  const name = sight.data?.name;
  return (
    <Page
      title="Глазами сотрудника"
      tools={
        <Alert color="yellow" icon={<IconEye size={18} />} title={name ? `Вы смотрите глазами: ${name}` : 'Вы смотрите глазами сотрудника'}>
          <div className={classes.banner}>
            <span>Только просмотр: изменить или отправить отсюда ничего нельзя. Просмотр записан в журнал действий.</span>
            <Button component={Link} to="/settings/users" size="compact-md" variant="default">
              Вернуться
            </Button>
          </div>
        </Alert>
      }
    >
      <Tabs defaultValue="rights" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="rights">Права</Tabs.Tab>
          <Tabs.Tab value="clients">Клиенты</Tabs.Tab>
          <Tabs.Tab value="conversations">Диалоги</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="rights" pt="sm">
          {sight.isPending ? (
            <Bones what="Права загружаются" />
          ) : sight.isError ? (
            <Failed error={sight.error} again={() => void sight.refetch()} />
          ) : (
            <Rights sight={sight.data} />
          )}
        </Tabs.Panel>
        <Tabs.Panel value="clients" pt="sm">
          <Clients user={userId} />
        </Tabs.Panel>
        <Tabs.Panel value="conversations" pt="sm">
          <Conversations user={userId} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

const SCOPE = { own: 'свои', all: 'все' };

function Rights({ sight }: { sight: Sight }) {
  return (
    <Stack gap="sm">
      {sight.lent > 0 && (
        <Text size="sm" px="md">
          Сверх того открыт доступ к {plural(sight.lent, 'чужому клиенту', 'чужим клиентам', 'чужим клиентам')}.
        </Text>
      )}
      <Table className={classes.rights} verticalSpacing={8} horizontalSpacing="md">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Право</Table.Th>
            <Table.Th>Есть</Table.Th>
            <Table.Th>Откуда</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sight.rights.map(({ right, scope, from }) => (
            <Table.Tr key={right} data-missing={!scope || undefined}>
              <Table.Th scope="row">
                {RIGHTS[right].name}
                <Text size="xs" c="dimmed" fw={400}>
                  {RIGHTS[right].what}
                </Text>
              </Table.Th>
              <Table.Td>
                <Badge variant="light" color={scope ? 'green' : 'gray'} c="var(--words)" tt="none" miw="max-content">
                  {scope ? (SCOPED.includes(right) ? SCOPE[scope] : 'да') : 'нет'}
                </Badge>
              </Table.Td>
              <Table.Td>
                {from.map((role) => (SCOPED.includes(right) ? `${role.name} (${SCOPE[role.scope]})` : role.name)).join(', ') || '—'}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Stack>
  );
}

function Clients({ user }: { user: string }) {
  const list = useInfiniteQuery(eyesClientsQuery(user));
  return (
    <Listed list={list} empty="Клиентов не видно">
      {(client) => (
        <li key={client.id} className={classes.row}>
          <span className={classes.name}>{client.name}</span>
          <span className={classes.more}>
            {client.inn && <span className="numbers">ИНН {client.inn}</span>}
            {client.city && <span>{client.city}</span>}
            <span>{client.responsible?.name ?? 'общая база'}</span>
          </span>
        </li>
      )}
    </Listed>
  );
}

function Conversations({ user }: { user: string }) {
  const list = useInfiniteQuery(eyesConversationsQuery(user));
  const now = useNow();
  return (
    <Listed list={list} empty="Диалогов не видно">
      {(conversation) => (
        <li key={conversation.id} className={classes.row}>
          <span className={classes.name}>{conversation.contact.name}</span>
          <span className={classes.more}>
            {conversation.account && <span>{conversation.account.name}</span>}
            {conversation.last && <span className="cut">{previewOf(conversation.last)}</span>}
            <span className="numbers">{ago(conversation.last_at, now)}</span>
          </span>
        </li>
      )}
    </Listed>
  );
}

interface ListedProps<Item> {
  list: UseInfiniteQueryResult<{ pages: { items: Item[] }[] }>;
  empty: string;
  children: (item: Item) => ReactNode;
}

function Listed<Item>({ list, empty, children }: ListedProps<Item>) {
  if (list.isPending) return <Bones what="Список загружается" />;
  if (list.isError) return <Failed error={list.error} again={() => void list.refetch()} />;
  const items = list.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return <Nothing title={empty} />;
  return (
    <>
      <ul className={classes.list}>{items.map(children)}</ul>
      {list.hasNextPage && (
        <Button m="md" variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Показать ещё
        </Button>
      )}
    </>
  );
}

function Bones({ what }: { what: string }) {
  return <Skeleton height={200} m="md" role="status" aria-label={what} />;
}
