import { ActionIcon, Badge, Button, Group, Select, Skeleton, Table, TextInput, Tooltip } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconPlus, IconSearch, IconUsersGroup, IconX } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { api, unwrap, type Schema } from '@/api/client';
import { clientClock, date } from '@/shared/format';
import { colleaguesQuery } from '@/shared/colleagues';
import { useMe, useRight } from '@/shared/me';
import { useNow } from '@/shared/useNow';
import { ButtonLink } from '@/shared/ui/links';
import { Page } from '@/shared/ui/Page';
import { Failed, Nothing } from '@/shared/ui/States';
import { clientsQuery, type ClientRow } from './api';
import { ClientForm } from './ClientForm';
import classes from './ClientList.module.css';
import type { ClientsSearch } from './search';
import { MARK, STATUS } from './texts';

interface ClientListProps {
  search: ClientsSearch;
}

/** «Клиенты»: the list; what is looked for stands in the address. */
export function ClientList({ search }: ClientListProps) {
  const navigate = useNavigate();
  const [creating, setCreating] = useState(false);
  const mayWrite = useRight('clients.write') !== undefined;
  const mayJoin = useRight('clients.join') !== undefined;
  const go = (next: Partial<ClientsSearch>) =>
    void navigate({ to: '/clients', search: (before) => ({ ...before, ...next }), replace: true });
  const open = (id: string) => void navigate({ to: '/clients/$clientId', params: { clientId: id } });
  return (
    <Page
      title="Клиенты"
      actions={
        <>
          {mayJoin && (
            <ButtonLink to="/clients/similar" variant="default" leftSection={<IconUsersGroup size={16} />}>
              Похожие
            </ButtonLink>
          )}
          {mayWrite && (
            <Button leftSection={<IconPlus size={16} />} onClick={() => setCreating(true)}>
              Новый клиент
            </Button>
          )}
        </>
      }
      tools={<Filters search={search} go={go} />}
    >
      {search.text ? <Found text={search.text} /> : <Listed search={search} go={go} />}
      {creating && <ClientForm onClose={() => setCreating(false)} onDone={open} />}
    </Page>
  );
}

const YES_NO = (yes: string, no: string) => [
  { value: 'yes', label: yes },
  { value: 'no', label: no },
];

function Filters({ search, go }: { search: ClientsSearch; go: (next: Partial<ClientsSearch>) => void }) {
  const me = useMe();
  const { data: colleagues } = useQuery(colleaguesQuery);
  const [typed, setTyped] = useState(search.text ?? '');
  const later = useDebouncedCallback((text: string) => go({ text: text.trim().length >= 2 ? text.trim() : undefined }), 250);
  const seesAll = me.rights['clients.read'] === 'all';
  const people = [
    { value: me.id, label: 'Мои' },
    { value: 'none', label: 'Общая база' },
    ...(seesAll
      ? (colleagues ?? [])
          .filter((person) => person.id !== me.id && !person.disabled)
          .map((person) => ({ value: person.id, label: person.name }))
      : []),
  ];
  const searching = search.text !== undefined;
  const isActive = Object.entries(search).some(([name, value]) => name !== 'sort' && value !== undefined);
  return (
    <Group gap="xs" role="search">
      <TextInput
        className={classes.search}
        leftSection={<IconSearch size={16} />}
        placeholder="Название, ИНН, номер, имя"
        aria-label="Поиск клиентов"
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          later(event.currentTarget.value);
        }}
        rightSection={
          typed && (
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label="Очистить поиск"
              onClick={() => {
                setTyped('');
                go({ text: undefined });
              }}
            >
              <IconX size={16} />
            </ActionIcon>
          )
        }
      />
      {!searching && (
        <>
          <Pick
            label="Ответственный"
            value={search.responsible}
            data={people}
            onPick={(responsible) => go({ responsible })}
          />
          <Pick
            label="Статус"
            value={search.status}
            data={Object.entries(STATUS).map(([value, label]) => ({ value, label }))}
            onPick={(status) => go({ status: status as ClientsSearch['status'] })}
          />
          <Pick
            label="Договор"
            value={search.contract}
            data={[
              ...Object.entries(MARK).map(([value, label]) => ({ value, label })),
              { value: 'none', label: 'Договор не указан' },
            ]}
            onPick={(contract) => go({ contract: contract as ClientsSearch['contract'] })}
          />
          <Pick
            label="ИНН"
            value={search.inn}
            data={YES_NO('С ИНН', 'Без ИНН')}
            onPick={(inn) => go({ inn: inn as ClientsSearch['inn'] })}
          />
          <Pick
            label="Кто завёл"
            value={search.automatic}
            data={YES_NO('Из обращений', 'Заполнены')}
            onPick={(automatic) => go({ automatic: automatic as ClientsSearch['automatic'] })}
          />
          <Select
            w={180}
            aria-label="Порядок"
            allowDeselect={false}
            data={[
              { value: 'name', label: 'По названию' },
              { value: '-created_at', label: 'Сначала новые' },
              { value: 'created_at', label: 'Сначала старые' },
              { value: 'responsible', label: 'По ответственному' },
            ]}
            value={search.sort ?? 'name'}
            onChange={(sort) => go({ sort: sort === 'name' ? undefined : (sort as ClientsSearch['sort']) })}
          />
        </>
      )}
      {isActive && (
        <Button
          variant="subtle"
          onClick={() => {
            setTyped('');
            go({ text: undefined, responsible: undefined, status: undefined, contract: undefined, inn: undefined, automatic: undefined, city: undefined });
          }}
        >
          Сбросить
        </Button>
      )}
    </Group>
  );
}

interface PickProps {
  label: string;
  value?: string;
  data: { value: string; label: string }[];
  onPick: (value: string | undefined) => void;
}

function Pick({ label, value, data, onPick }: PickProps) {
  return (
    <Select
      w={label === 'Ответственный' ? 170 : 140}
      aria-label={label}
      placeholder={label}
      clearable
      clearButtonProps={{ 'aria-label': `${label}: любой` }}
      searchable={data.length > 8}
      data={data}
      value={value ?? null}
      onChange={(picked) => onPick(picked ?? undefined)}
    />
  );
}

function Listed({ search, go }: { search: ClientsSearch; go: (next: Partial<ClientsSearch>) => void }) {
  const list = useInfiniteQuery(clientsQuery(search));
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const end = useRef<HTMLDivElement>(null);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  useEffect(() => {
    const mark = end.current;
    if (!mark || !hasNextPage || isFetchingNextPage) return;
    const watcher = new IntersectionObserver(([seen]) => seen?.isIntersecting && void fetchNextPage(), { rootMargin: '600px' });
    watcher.observe(mark);
    return () => watcher.disconnect();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, rows.length]);

  if (list.isPending) return <Bones />;
  if (list.isError && rows.length === 0) return <Failed error={list.error} again={() => void list.refetch()} />;
  if (rows.length === 0) {
    const filtered = Object.entries(search).some(([name, value]) => name !== 'sort' && value !== undefined);
    return filtered ? (
      <Nothing
        title="Никто не подходит"
        action={
          <Button
            variant="default"
            onClick={() => go({ responsible: undefined, status: undefined, contract: undefined, inn: undefined, automatic: undefined, city: undefined })}
          >
            Сбросить
          </Button>
        }
      >
        Строки скрывают фильтры над списком.
      </Nothing>
    ) : (
      <Nothing title="Клиентов пока нет">Они появятся сами с первым обращением, или заведите клиента кнопкой выше.</Nothing>
    );
  }
  return (
    <>
      <Table.ScrollContainer minWidth={820} className={classes.table}>
        <Table highlightOnHover stickyHeader verticalSpacing={10} horizontalSpacing="md">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Название</Table.Th>
              <Table.Th>Статус</Table.Th>
              <Table.Th>ИНН</Table.Th>
              <Table.Th>Город · сейчас</Table.Th>
              <Table.Th>Ответственный</Table.Th>
              <Table.Th>Заведён</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Row key={row.id} row={row} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <ul className={classes.cards}>
        {rows.map((row) => (
          <Card key={row.id} row={row} />
        ))}
      </ul>
      <div ref={end} className={classes.end}>
        {isFetchingNextPage ? 'Загружается…' : hasNextPage ? '' : 'Это всё'}
      </div>
    </>
  );
}

function NameOf({ row }: { row: ClientRow }) {
  return (
    <span className={classes.name}>
      <Link to="/clients/$clientId" params={{ clientId: row.id }} className="link">
        {row.name}
      </Link>
      {row.automatic && (
        <Tooltip label="Карточку завело обращение, человек её ещё не заполнил">
          <Badge size="sm" variant="default" tt="none">
            новый
          </Badge>
        </Tooltip>
      )}
    </span>
  );
}

function Marks({ row }: { row: ClientRow }) {
  return (
    <Group gap={6}>
      <Badge size="md" variant={row.status === 'client' ? 'filled' : 'default'} tt="none">
        {STATUS[row.status]}
      </Badge>
      {row.contract_mark && (
        <Badge size="md" variant="light" color="gray" tt="none" c="var(--words)">
          {MARK[row.contract_mark]}
        </Badge>
      )}
    </Group>
  );
}

function Row({ row }: { row: ClientRow }) {
  return (
    <Table.Tr>
      <Table.Td>
        <NameOf row={row} />
      </Table.Td>
      <Table.Td>
        <Marks row={row} />
      </Table.Td>
      <Table.Td className="numbers">{row.inn ?? <span className="soft">—</span>}</Table.Td>
      <Table.Td>
        <City row={row} />
      </Table.Td>
      <Table.Td>{row.responsible?.name ?? <span className="soft">не назначен</span>}</Table.Td>
      <Table.Td className="numbers">{date(row.created_at)}</Table.Td>
    </Table.Tr>
  );
}

function City({ row }: { row: ClientRow }) {
  const clock = clientClock(row.time_zone, useNow());
  if (!row.city && !clock) return <span className="soft">—</span>;
  return (
    <>
      {row.city}
      {row.city && clock && ' · '}
      {clock && (
        <Tooltip label={clock.isDay ? 'Сейчас у клиента рабочее время' : 'Сейчас у клиента не рабочее время'}>
          <span className="numbers" style={{ color: clock.isDay ? undefined : 'var(--late)' }}>
            {clock.text}
            {!clock.isDay && ' ☾'}
          </span>
        </Tooltip>
      )}
    </>
  );
}

function Card({ row }: { row: ClientRow }) {
  return (
    <li className={classes.card}>
      <NameOf row={row} />
      <Marks row={row} />
      <span className={classes.more}>
        {row.inn && <span className="numbers">ИНН {row.inn}</span>}
        <City row={row} />
        <span>{row.responsible?.name ?? 'общая база'}</span>
      </span>
    </li>
  );
}

/** What a search finds: own clients with what they were found by, and foreign ones as stubs. */
function Found({ text }: { text: string }) {
  const found = useQuery({
    queryKey: ['search', text, 'list'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/search', { params: { query: { text, limit: 50 } }, signal })),
  });
  if (found.isPending) return <Bones />;
  if (found.isError) return <Failed error={found.error} again={() => void found.refetch()} />;
  const { clients, foreign } = found.data;
  if (clients.length + foreign.length === 0) {
    return (
      <Nothing title={`По запросу «${text}» никого нет`}>
        Проверьте написание или введите ИНН либо последние 4 цифры номера. Раскладка и алфавит не важны.
      </Nothing>
    );
  }
  return (
    <>
      <ul className={classes.found}>
        {clients.map((client) => (
          <FoundRow key={client.id} client={client} />
        ))}
      </ul>
      {foreign.length > 0 && (
        <section className={classes.foreign} aria-label="Чужие клиенты">
          <h2>Чужие клиенты</h2>
          <p className="soft">Видны только название, ИНН и ответственный.</p>
          <ul className={classes.found}>
            {foreign.map((stub, index) => (
              <li key={index} className={classes.card}>
                <span>{stub.name}</span>
                <span className={classes.more}>
                  {stub.inn && <span className="numbers">ИНН {stub.inn}</span>}
                  <span>Ответственный — {stub.responsible ?? 'не назначен'}</span>
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

const FOUND_BY: Partial<Record<Schema<'FoundBy'>, string>> = {
  inn: 'по ИНН',
  inn_start: 'по началу ИНН',
  phone: 'по номеру',
  contact: 'по контактному лицу',
};

function FoundRow({ client }: { client: Schema<'FoundClient'> }) {
  return (
    <li className={classes.card}>
      <Link to="/clients/$clientId" params={{ clientId: client.id }} className="link">
        {client.name}
      </Link>
      <span className={classes.more}>
        {FOUND_BY[client.by] && <span>Найден {FOUND_BY[client.by]}</span>}
        {client.contact && client.contact.name !== client.name && <span>{client.contact.name}</span>}
        {client.inn && <span className="numbers">ИНН {client.inn}</span>}
        {client.city && <span>{client.city}</span>}
        <span>{client.responsible ?? 'общая база'}</span>
      </span>
    </li>
  );
}

function Bones() {
  return (
    <div role="status" aria-label="Клиенты загружаются" style={{ padding: 20 }}>
      {Array.from({ length: 10 }, (_, index) => (
        <Skeleton key={index} height={18} mb={22} />
      ))}
    </div>
  );
}
