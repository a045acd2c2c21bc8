import { Button, Group, SegmentedControl, Skeleton } from '@mantine/core';
import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { IconPhoneCall, IconPhoneIncoming, IconPhoneOff, IconPhoneOutgoing } from '@tabler/icons-react';
import { api, unwrap, type Schema } from '@/api/client';
import { ago, exactly } from '@/shared/format';
import { useNow } from '@/shared/useNow';
import { callDetail, callTitle } from '@/shared/words/call';
import { Page } from '@/shared/ui/Page';
import { Failed, Nothing } from '@/shared/ui/States';
import classes from './Calls.module.css';
import type { CallsSearch } from './search';

type Entry = Schema<'TimelineEntry'>;

const route = getRouteApi('/frame/calls');

const callsQuery = (search: CallsSearch) =>
  infiniteQueryOptions({
    queryKey: ['calls', search],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET('/api/calls', {
          params: { query: { cursor: pageParam, outcomes: search.outcome, direction: search.direction } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

/** «Звонки» over all clients, the newest first. */
export function Calls() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const list = useInfiniteQuery(callsQuery(search));
  const calls = list.data?.pages.flatMap((page) => page.items) ?? [];
  const go = (next: CallsSearch) => void navigate({ to: '/calls', search: { ...search, ...next }, replace: true });
  return (
    <Page
      title="Звонки"
      tools={
        <Group gap="xs">
          <SegmentedControl
            size="xs"
            aria-label="Исход"
            data={[
              { value: '', label: 'Все' },
              { value: 'missed', label: 'Пропущенные' },
              { value: 'answered', label: 'Разговоры' },
              { value: 'not_answered', label: 'Недозвон' },
            ]}
            value={search.outcome ?? ''}
            onChange={(outcome) => go({ outcome: (outcome || undefined) as CallsSearch['outcome'] })}
          />
          <SegmentedControl
            size="xs"
            aria-label="Направление"
            data={[
              { value: '', label: 'Любые' },
              { value: 'inbound', label: 'Входящие' },
              { value: 'outbound', label: 'Исходящие' },
            ]}
            value={search.direction ?? ''}
            onChange={(direction) => go({ direction: (direction || undefined) as CallsSearch['direction'] })}
          />
        </Group>
      }
    >
      {list.isPending ? (
        <Skeleton height={200} m="md" role="status" aria-label="Звонки загружаются" />
      ) : list.isError ? (
        <Failed error={list.error} again={() => void list.refetch()} />
      ) : calls.length === 0 ? (
        <Nothing
          title={search.outcome || search.direction ? 'Таких звонков нет' : 'Звонков пока нет'}
          action={
            (search.outcome || search.direction) && (
              <Button variant="default" onClick={() => go({ outcome: undefined, direction: undefined })}>
                Сбросить
              </Button>
            )
          }
        >
          {search.outcome || search.direction ? 'Строки скрывает фильтр над списком.' : 'Подключите телефонию в настройках.'}
        </Nothing>
      ) : (
        <ul className={classes.list}>
          {calls.map((entry) => (
            <Call key={entry.id} entry={entry} />
          ))}
        </ul>
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

function Call({ entry }: { entry: Entry }) {
  const now = useNow();
  const outcome = entry.call?.outcome;
  const live = outcome === 'ringing' || outcome === 'talking';
  const Sign = live ? IconPhoneCall : outcome !== 'answered' ? IconPhoneOff : entry.direction === 'outbound' ? IconPhoneOutgoing : IconPhoneIncoming;
  return (
    <li className={classes.call} data-outcome={live ? 'live' : outcome}>
      <Sign size={20} aria-hidden="true" className={classes.sign} />
      <div className={classes.words}>
        {entry.contact ? (
          <Link to="/rows/$entryId" params={{ entryId: entry.id }} className="link">
            {entry.contact.name}
          </Link>
        ) : (
          <span>Номер скрыт</span>
        )}
        <span className={classes.more}>{[callTitle(entry), ...(entry.call ? callDetail(entry.call) : [])].join(' · ')}</span>
      </div>
      <time className={classes.time} dateTime={entry.occurred_at} title={exactly(entry.occurred_at)}>
        {ago(entry.occurred_at, now)}
      </time>
    </li>
  );
}
