import { Button, Group, Select, Skeleton, Table, Text } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import type { Schema } from '@/api/client';
import { colleaguesQuery } from '@/shared/colleagues';
import { dateTime } from '@/shared/format';
import { useRight } from '@/shared/me';
import { DayField } from '@/shared/ui/DayField';
import block from '@/shared/ui/BlockTable.module.css';
import { Page } from '@/shared/ui/Page';
import { Failed, Nothing } from '@/shared/ui/States';
import { actionWords, KINDS, subjectWords } from './actions';
import { auditQuery, rolesQuery } from './api';
import classes from './Audit.module.css';
import { changedFields, type Names } from './changes';
import type { AuditSearch } from './search';

const DAY = { w: 130, placeholder: 'любой день', clearable: true, maxDate: new Date() };

const NOBODY: never[] = [];

const route = getRouteApi('/frame/settings/audit');

/** «Журнал действий»: who did what, from where, before and after. */
export function Audit() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const go = (next: AuditSearch) => void navigate({ to: '/settings/audit', search: { ...search, ...next }, replace: true });
  const list = useInfiniteQuery(auditQuery(search));
  const people = useQuery(colleaguesQuery).data ?? NOBODY;
  const knowsRoles = useRight('users.manage') !== undefined;
  const roles = useQuery({ ...rolesQuery, enabled: knowsRoles }).data;
  const names = useMemo(
    () => ({
      people: new Map(people.map((person) => [person.id, person.name])),
      roles: new Map((roles?.items ?? []).map((role) => [role.code, role.name])),
    }),
    [people, roles],
  );
  const entries = list.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = Object.values(search).some((value) => value !== undefined);
  return (
    <Page
      title="Журнал действий"
      tools={
        <Group gap="xs" align="flex-end">
          <Select
            w={220}
            label="Кто"
            placeholder="Все"
            clearable
            searchable
            data={people.map((person) => ({ value: person.id, label: person.name }))}
            value={search.user ?? null}
            onChange={(user) => go({ user: user ?? undefined })}
          />
          <Select
            w={220}
            label="Что"
            placeholder="Всё"
            clearable
            data={Object.entries(KINDS).map(([value, label]) => ({ value, label }))}
            value={search.action ?? null}
            onChange={(action) => go({ action: action ?? undefined })}
          />
          <DayField {...DAY} label="С" value={search.from ?? null} onChange={(day) => go({ from: day ?? undefined })} />
          <DayField {...DAY} label="По" value={search.until ?? null} onChange={(day) => go({ until: day ?? undefined })} />
          {filtered && (
            <Button variant="subtle" onClick={() => go({ user: undefined, action: undefined, from: undefined, until: undefined })}>
              Сбросить
            </Button>
          )}
        </Group>
      }
    >
      {list.isPending ? (
        <Skeleton height={300} m="md" role="status" aria-label="Журнал загружается" />
      ) : list.isError ? (
        <Failed error={list.error} again={() => void list.refetch()} />
      ) : entries.length === 0 ? (
        <Nothing title="Записей нет">{filtered ? 'Строки скрывают фильтры над журналом.' : 'Здесь останется каждое изменение.'}</Nothing>
      ) : (
        <Table verticalSpacing={8} horizontalSpacing="md" className={block.table}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Когда</Table.Th>
              <Table.Th>Кто</Table.Th>
              <Table.Th>Что сделано</Table.Th>
              <Table.Th>Откуда</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {entries.map((entry) => (
              <Row key={entry.id} entry={entry} names={names} />
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
    </Page>
  );
}

/** Field by field: was → is. */
function Changes({ entry, names }: { entry: Schema<'AuditEntry'>; names: Names }) {
  const fields = changedFields(entry.subject_kind, entry.before, entry.after, names);
  if (fields.length === 0) return <Text size="sm" c="dimmed">Поля остались прежними.</Text>;
  return (
    <dl className={classes.changes}>
      {fields.map(({ field, name, before, after }) => (
        <div key={field}>
          <dt>{name}</dt>
          <dd>
            {before !== undefined && (after === undefined ? `было: ${before}` : <del>{before}</del>)}
            {before !== undefined && after !== undefined && <span aria-label="стало"> → </span>}
            {after !== undefined && <ins>{after}</ins>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Row({ entry, names }: { entry: Schema<'AuditEntry'>; names: Names }) {
  const [open, setOpen] = useState(false);
  const hasMore = entry.before !== null || entry.after !== null;
  return (
    <Table.Tr>
      <Table.Td className="numbers" style={{ whiteSpace: 'nowrap' }}>
        {dateTime(entry.at)}
      </Table.Td>
      <Table.Td data-label="Кто">{entry.actor}</Table.Td>
      <Table.Td>
        {actionWords(entry.action)}
        <Text size="xs" c="dimmed" component="span">
          {' '}
          {subjectWords(entry.subject_kind)}
        </Text>
        {hasMore && (
          <Button size="compact-xs" variant="subtle" ml="xs" onClick={() => setOpen(!open)} aria-expanded={open}>
            {open ? 'Свернуть' : 'Что изменилось'}
          </Button>
        )}
        {open && <Changes entry={entry} names={names} />}
      </Table.Td>
      <Table.Td data-label="Откуда" className="numbers">
        {entry.remote ?? '—'}
      </Table.Td>
    </Table.Tr>
  );
}
