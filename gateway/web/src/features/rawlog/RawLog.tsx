import { Badge, Button, Code, Drawer, Group, Select, SimpleGrid, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconRefresh } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { Schema } from '@/api/client';
import { accountsQuery } from '@/shared/accounts';
import { dateTime, number, size } from '@/shared/format';
import { useRight } from '@/shared/me';
import block from '@/shared/ui/BlockTable.module.css';
import { Page } from '@/shared/ui/Page';
import { Failed, FormFailure, Loading, Nothing } from '@/shared/ui/States';
import { balanceQuery, rawEventQuery, rawEventsQuery, useReplayMany, useReplayOne, type RawSummary } from './api';
import classes from './RawLog.module.css';
import type { RawLogSearch } from './search';
import { replayedWords, SOURCE, STATE } from './texts';

const route = getRouteApi('/frame/settings/raw-events');

/** «Журнал событий канала»: what came, what became of it, and reading it again. */
export function RawLog() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const go = (next: RawLogSearch) =>
    void navigate({ to: '/settings/raw-events', search: { ...search, ...next }, replace: !('open' in next) });
  const mayReplay = useRight('raw_log.replay') !== undefined;
  const seesAccounts = useRight('accounts.manage') !== undefined;
  const accounts = useQuery({ ...accountsQuery, enabled: seesAccounts }).data ?? [];
  const list = useInfiniteQuery(rawEventsQuery(search));
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const replay = useReplayMany();
  const nameOf = (id: string) => accounts.find((account) => account.id === id)?.name ?? 'канал';
  const again = () =>
    replay.mutate(search, {
      onSuccess: (done) => notifications.show({ color: done.quarantined > 0 ? 'yellow' : 'green', message: replayedWords(done) }),
    });
  return (
    <Page
      title="Журнал событий канала"
      actions={
        mayReplay && (
          <Button variant="default" leftSection={<IconRefresh size={16} />} loading={replay.isPending} onClick={again}>
            {search.state === 'quarantined' ? 'Прочитать карантин заново' : 'Прочитать заново'}
          </Button>
        )
      }
      tools={
        <>
          <Balance search={search} go={go} />
          <Group gap="xs">
            <Select
              w={220}
              aria-label="Канал"
              placeholder="Все каналы"
              clearable
              clearButtonProps={{ 'aria-label': 'Все каналы' }}
              data={accounts.map((account) => ({ value: account.id, label: account.name }))}
              value={search.account ?? null}
              onChange={(account) => go({ account: account ?? undefined })}
            />
            <Select
              w={200}
              aria-label="Состояние"
              placeholder="Любое состояние"
              clearable
              clearButtonProps={{ 'aria-label': 'Любое состояние' }}
              data={Object.entries(STATE).map(([value, state]) => ({ value, label: state.word }))}
              value={search.state ?? null}
              onChange={(state) => go({ state: (state ?? undefined) as RawLogSearch['state'] })}
            />
          </Group>
          <FormFailure error={replay.error} />
        </>
      }
    >
      {list.isPending ? (
        <Skeleton height={300} m="md" role="status" aria-label="Журнал загружается" />
      ) : list.isError && rows.length === 0 ? (
        <Failed error={list.error} again={() => void list.refetch()} />
      ) : rows.length === 0 ? (
        <Nothing title={search.state === 'quarantined' ? 'Карантин пуст' : 'Событий нет'}>
          {search.state === 'quarantined'
            ? 'Всё, что прислали провайдеры, понято.'
            : 'Здесь хранится каждое обращение провайдера, как оно пришло.'}
        </Nothing>
      ) : (
        <Table highlightOnHover verticalSpacing={8} horizontalSpacing="md" className={`${classes.table} ${block.table}`}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Получено</Table.Th>
              <Table.Th>Канал</Table.Th>
              <Table.Th>Состояние</Table.Th>
              <Table.Th>Внутри</Table.Th>
              <Table.Th>Причина</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Row key={row.id} row={row} account={nameOf(row.account_id)} onOpen={() => go({ open: row.id })} />
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
      <Drawer
        opened={search.open !== undefined}
        onClose={() => go({ open: undefined })}
        position="right"
        size={720}
        title="Событие канала"
      >
        {search.open && <Inside id={search.open} nameOf={nameOf} mayReplay={mayReplay} />}
      </Drawer>
    </Page>
  );
}

function Row({ row, account, onOpen }: { row: RawSummary; account: string; onOpen: () => void }) {
  return (
    <Table.Tr>
      <Table.Td className="numbers">
        <button type="button" className="plain link" onClick={onOpen}>
          {dateTime(row.received_at)}
        </button>
      </Table.Td>
      <Table.Td data-label="Канал">{account}</Table.Td>
      <Table.Td>
        <State state={row.state} />
      </Table.Td>
      <Table.Td data-label="Внутри" className="numbers">
        {size(row.size_bytes)} · {SOURCE[row.source] ?? row.source}
      </Table.Td>
      <Table.Td data-label={row.reason ? 'Причина' : undefined} className={classes.why}>
        {row.reason ?? ''}
      </Table.Td>
    </Table.Tr>
  );
}

function State({ state }: { state: Schema<'RawState'> | null }) {
  if (!state) {
    return (
      <Badge variant="default" tt="none">
        ждёт
      </Badge>
    );
  }
  return (
    <Badge variant="light" color={STATE[state].color} c="var(--words)" tt="none">
      {STATE[state].word}
    </Badge>
  );
}

/** Raw = applied + ignored + quarantined + pending, to be seen at any moment. */
function Balance({ search, go }: { search: RawLogSearch; go: (next: RawLogSearch) => void }) {
  const balance = useQuery(balanceQuery);
  if (!balance.data) return <Skeleton height={52} />;
  const of = balance.data.accounts.find((account) => account.account_id === search.account) ?? balance.data.total;
  const parts: { name: string; value: number; state?: RawLogSearch['state'] }[] = [
    { name: 'Получено', value: of.raw },
    { name: 'Применено', value: of.applied, state: 'applied' },
    { name: 'Без пользы', value: of.ignored, state: 'ignored' },
    { name: 'Карантин', value: of.quarantined, state: 'quarantined' },
    { name: 'Ждёт', value: of.pending },
  ];
  return (
    <SimpleGrid cols={{ base: 3, xs: 5 }} spacing="xs" aria-label="Баланс журнала">
      {parts.map((part) => (
        <button
          key={part.name}
          type="button"
          className={classes.part}
          data-bad={(part.state === 'quarantined' && part.value > 0) || undefined}
          aria-pressed={part.state !== undefined && search.state === part.state}
          disabled={part.name === 'Ждёт'}
          onClick={() => go({ state: part.state })}
        >
          <span className={classes.value}>{number(part.value)}</span>
          <span className={classes.name}>{part.name}</span>
        </button>
      ))}
    </SimpleGrid>
  );
}

interface InsideProps {
  id: string;
  nameOf: (account: string) => string;
  mayReplay: boolean;
}

function Inside({ id, nameOf, mayReplay }: InsideProps) {
  const event = useQuery(rawEventQuery(id));
  const replay = useReplayOne();
  if (event.isPending) return <Loading />;
  if (event.isError) return <Failed error={event.error} again={() => void event.refetch()} />;
  const { account_id, received_at, source, content_type, query, size_bytes, body, outcome, reading } = event.data;
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Group gap="xs">
          <State state={outcome?.state ?? null} />
          <Text>
            {nameOf(account_id)}, {dateTime(received_at)}
          </Text>
        </Group>
        {mayReplay && (
          <Button
            variant="default"
            leftSection={<IconRefresh size={16} />}
            loading={replay.isPending}
            onClick={() =>
              replay.mutate(id, {
                onSuccess: (done) => notifications.show({ message: replayedWords(done), color: done.quarantined > 0 ? 'yellow' : 'green' }),
              })
            }
          >
            Прочитать заново
          </Button>
        )}
      </Group>
      <Text size="xs" c="dimmed">
        {SOURCE[source] ?? source}, {content_type ?? 'без типа'}, {size(size_bytes)}. Секреты скрыты; просмотр записан в журнал
        действий.
      </Text>
      <FormFailure error={replay.error} />
      {outcome && (
        <Text>
          Фактов применено: {outcome.events}, без пользы: {outcome.ignored}, не понято: {outcome.unknown}.
          {outcome.reason && ` ${outcome.reason}`}
        </Text>
      )}
      {query.length > 0 && <Part title="Строка запроса" text={query.map((field) => `${field.name} = ${field.value}`).join('\n')} />}
      <Part title={body.encoding === 'base64' ? 'Тело (base64)' : 'Тело'} text={pretty(body.text)} />
      {reading ? (
        <>
          {reading.error && <Part title="Не читается" text={reading.error} />}
          {reading.unknown.length > 0 && <Part title="Не понято" text={JSON.stringify(reading.unknown, null, 2)} />}
          {reading.events.length > 0 && <Part title="Понято как" text={JSON.stringify(reading.events, null, 2)} />}
          {reading.ignored.length > 0 && <Part title="Без пользы" text={JSON.stringify(reading.ignored, null, 2)} />}
        </>
      ) : (
        <Text c="dimmed">Канал сейчас не работает, поэтому прочитать событие нечем.</Text>
      )}
    </Stack>
  );
}

function Part({ title, text }: { title: string; text: string }) {
  return (
    <section>
      <Title order={3} mb={4}>
        {title}
      </Title>
      <Code block className={classes.code} tabIndex={0}>
        {text}
      </Code>
    </section>
  );
}

/** JSON in lines; anything else as it is. */
function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
