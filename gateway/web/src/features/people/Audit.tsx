import { Button, Code, Group, Select, Skeleton, Table, Text } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Schema } from '@/api/client';
import { colleaguesQuery } from '@/shared/colleagues';
import { dateTime } from '@/shared/format';
import { DayField } from '@/shared/ui/DayField';
import block from '@/shared/ui/BlockTable.module.css';
import { Page } from '@/shared/ui/Page';
import { Failed, Nothing } from '@/shared/ui/States';
import { actionWords, KINDS, subjectWords } from './actions';
import { auditQuery } from './api';
import type { AuditSearch } from './search';

const DAY = { w: 130, placeholder: 'любой день', clearable: true, maxDate: new Date() };

const route = getRouteApi('/frame/settings/audit');

/** «Журнал действий»: who did what, from where, before and after. */
export function Audit() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const go = (next: AuditSearch) => void navigate({ to: '/settings/audit', search: { ...search, ...next }, replace: true });
  const list = useInfiniteQuery(auditQuery(search));
  const people = useQuery(colleaguesQuery).data ?? [];
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
              <Row key={entry.id} entry={entry} />
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

function Row({ entry }: { entry: Schema<'AuditEntry'> }) {
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
        {open && (
          <Code block mt={6}>
            {entry.before !== null && `Было: ${JSON.stringify(entry.before, null, 2)}\n`}
            {entry.after !== null && `Стало: ${JSON.stringify(entry.after, null, 2)}`}
          </Code>
        )}
      </Table.Td>
      <Table.Td data-label="Откуда" className="numbers">
        {entry.remote ?? '—'}
      </Table.Td>
    </Table.Tr>
  );
}
