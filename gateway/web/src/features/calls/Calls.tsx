import { Button, Group, SegmentedControl, Skeleton } from '@mantine/core';
import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { IconPhoneCall, IconPhoneIncoming, IconPhoneOff, IconPhoneOutgoing } from '@tabler/icons-react';
import { api, unwrap, type Schema } from '@/api/client';
import { ago, exactly, time } from '@/shared/format';
import { plural } from '@/shared/plural';
import { useNow } from '@/shared/useNow';
import { callDetail, callTitle } from '@/shared/words/call';
import { Page } from '@/shared/ui/Page';
import { PhoneLink } from '@/shared/ui/PhoneLink';
import { Failed, Nothing } from '@/shared/ui/States';
import classes from './Calls.module.css';
import type { CallsSearch } from './search';

type Entry = Schema<'TimelineEntry'>;

const route = getRouteApi('/frame/calls');

const debtsQuery = infiniteQueryOptions({
  queryKey: ['calls', 'debts'],
  queryFn: ({ pageParam }) => unwrap(api.GET('/api/calls/debts', { params: { query: { cursor: pageParam } } })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => page.next_cursor ?? undefined,
});

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
  const isDebts = search.outcome === 'debts';
  const list = useInfiniteQuery({ ...callsQuery(search), enabled: !isDebts });
  const calls = list.data?.pages.flatMap((page) => page.items) ?? [];
  const go = (next: CallsSearch) => void navigate({ to: '/calls', search: { ...search, ...next }, replace: true });
  return (
    <Page
      title="Звонки"
      tools={
        <Group gap="xs">
          <SegmentedControl
            size="xs"
            className={classes.outcomes}
            aria-label="Исход"
            data={[
              { value: '', label: 'Все' },
              { value: 'debts', label: 'Перезвонить' },
              { value: 'missed', label: 'Пропущенные' },
              { value: 'answered', label: 'Разговоры' },
              { value: 'not_answered', label: 'Недозвон' },
            ]}
            value={search.outcome ?? ''}
            onChange={(outcome) => go({ outcome: (outcome || undefined) as CallsSearch['outcome'] })}
          />
          {!isDebts && <SegmentedControl
            size="xs"
            aria-label="Направление"
            data={[
              { value: '', label: 'Любые' },
              { value: 'inbound', label: 'Входящие' },
              { value: 'outbound', label: 'Исходящие' },
            ]}
            value={search.direction ?? ''}
            onChange={(direction) => go({ direction: (direction || undefined) as CallsSearch['direction'] })}
          />}
        </Group>
      }
    >
      {isDebts ? (
        <Debts />
      ) : list.isPending ? (
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
      {!isDebts && list.hasNextPage && (
        <Group justify="center" p="md">
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Показать ещё
          </Button>
        </Group>
      )}
    </Page>
  );
}

/** «Перезвонить»: who called in vain or was promised a call, and whom nobody has reached since. */
function Debts() {
  const list = useInfiniteQuery(debtsQuery);
  const now = useNow();
  const debts = list.data?.pages.flatMap((page) => page.items) ?? [];
  if (list.isPending) return <Skeleton height={200} m="md" role="status" aria-label="Долги загружаются" />;
  if (list.isError) return <Failed error={list.error} again={() => void list.refetch()} />;
  if (debts.length === 0) return <Nothing title="Перезванивать некому">Со всеми, кто не дозвонился или кому обещали позвонить, уже связались.</Nothing>;
  return (
    <ul className={classes.list}>
      {debts.map((debt) => (
        <li key={debt.contact.id} className={classes.call} data-outcome={debt.missed > 0 ? 'missed' : undefined}>
          {debt.missed > 0 ? (
            <IconPhoneOff size={20} aria-hidden="true" className={classes.sign} />
          ) : (
            <IconPhoneOutgoing size={20} aria-hidden="true" className={classes.sign} />
          )}
          <div className={classes.words}>
            <Link to="/rows/$entryId" params={{ entryId: debt.first.id }} className="link">
              {debt.contact.name}
            </Link>
            <span className={classes.more}>
              {[...debt.clients.map((client) => client.name).filter((name) => name !== debt.contact.name), ...why(debt)].join(' · ')}
            </span>
          </div>
          {debt.number && <PhoneLink value={debt.number} client={debt.clients[0]?.id} />}
          <time className={`${classes.time} numbers`} dateTime={debt.last_at} title={exactly(debt.last_at)}>
            {whenWords(debt.last_at, now)}
          </time>
        </li>
      ))}
    </ul>
  );
}

/** «звонил 2 раза», «обещали перезвонить» */
function why({ missed, promised_at }: Schema<'Debt'>): string[] {
  const words = missed > 0 ? [`звонил ${plural(missed, 'раз', 'раза', 'раз')}`] : [];
  return promised_at ? [...words, 'обещали перезвонить'] : words;
}

function Call({ entry }: { entry: Entry }) {
  const now = useNow();
  const outcome = entry.call?.outcome;
  const live = outcome === 'ringing' || outcome === 'talking';
  const Sign = live ? IconPhoneCall : outcome !== 'answered' ? IconPhoneOff : entry.direction === 'outbound' ? IconPhoneOutgoing : IconPhoneIncoming;
  return (
    <li className={classes.call} data-outcome={live ? 'live' : outcome} data-made={entry.direction === 'outbound' || undefined}>
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
      <time className={`${classes.time} numbers`} dateTime={entry.occurred_at} title={exactly(entry.occurred_at)}>
        {whenWords(entry.occurred_at, now)}
      </time>
    </li>
  );
}

/** «2 ч, 12:40»: how long ago, and by the clock. */
function whenWords(at: string, now: number): string {
  return `${ago(at, now)}, ${time(at)}`;
}
