import { Badge, Button, Group, Table, Tooltip } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, type ReactNode } from 'react';
import { clientClock, date } from '@/shared/format';
import { useNow } from '@/shared/useNow';
import { Failed, Nothing } from '@/shared/ui/States';
import { SortHead } from '@/shared/ui/SortHead';
import { clientsQuery, type ClientRow } from './api';
import { Bones } from './Bones';
import classes from './ClientList.module.css';
import type { ClientsSearch } from './search';
import { HELD, MARK, statusOf } from '@/shared/words/client';

/** The list in the order asked for, loaded while one scrolls; cards in place of a table on a phone. */
export function Listed({ search, go }: { search: ClientsSearch; go: (next: Partial<ClientsSearch>) => void }) {
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
  const sort = search.sort ?? 'name';
  const onSort = (next: ClientsSearch['sort']) => go({ sort: next });
  return (
    <>
      <Table.ScrollContainer minWidth={940} className={classes.table}>
        <Table highlightOnHover stickyHeader verticalSpacing={10} horizontalSpacing="md">
          <Table.Thead>
            <Table.Tr>
              <SortHead name="Название" orders={['name', '-name']} sort={sort} onSort={onSort} />
              <SortHead name="Статус" orders={['status', '-status']} sort={sort} onSort={onSort} />
              <SortHead name="Договор" orders={['contract', '-contract']} sort={sort} onSort={onSort} />
              <SortHead name="ИНН" orders={['inn', '-inn']} sort={sort} onSort={onSort} />
              <SortHead name="Город · сейчас" orders={['city', '-city']} sort={sort} onSort={onSort} />
              <SortHead name="Ответственный" orders={['responsible', '-responsible']} sort={sort} onSort={onSort} />
              <SortHead name="Заведён" orders={['-created_at', 'created_at']} sort={sort} onSort={onSort} />
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

function Status({ row }: { row: ClientRow }) {
  const { word, hint } = statusOf(row);
  return (
    <Badge size="md" variant={row.status === 'client' ? 'filled' : 'default'} tt="none" data-hint={hint}>
      {word}
    </Badge>
  );
}

/** What is held of the contract; its absence is worth a sign once there should be one. */
function Contract({ row, words, none }: { row: ClientRow; words: typeof MARK; none?: ReactNode }) {
  if (!row.contract_mark && row.status !== 'client') return none;
  const color = row.contract_mark ? 'gray' : 'yellow';
  return (
    <Badge size="md" variant="light" color={color} tt="none" c={row.contract_mark ? 'var(--words)' : 'var(--late)'}>
      {row.contract_mark ? words[row.contract_mark] : words === MARK ? 'Договор не указан' : 'Не указан'}
    </Badge>
  );
}

function Row({ row }: { row: ClientRow }) {
  return (
    <Table.Tr>
      <Table.Td>
        <NameOf row={row} />
      </Table.Td>
      <Table.Td>
        <Status row={row} />
      </Table.Td>
      <Table.Td>
        <Contract row={row} words={HELD} none={<span className="soft">—</span>} />
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
      <Group gap={6}>
        <Status row={row} />
        <Contract row={row} words={MARK} />
      </Group>
      <span className={classes.more}>
        {row.inn && <span className="numbers">ИНН {row.inn}</span>}
        <City row={row} />
        <span>{row.responsible?.name ?? 'общая база'}</span>
      </span>
    </li>
  );
}
