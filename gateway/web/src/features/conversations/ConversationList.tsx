import { Group, NativeSelect, Tabs } from '@mantine/core';
import { useDocumentTitle, useLocalStorage } from '@mantine/hooks';
import { IconArrowsSort, IconFilter } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useMemo, useState, type UIEvent } from 'react';
import { channels, type Channel } from '@/channels';
import { useSingleKeys } from '@/shared/keys';
import { useMe, useRight } from '@/shared/me';
import { plural } from '@/shared/plural';
import { Failed } from '@/shared/ui/States';
import { conversationsQuery, countsQuery, type Conversation, type Sort } from './api';
import classes from './ConversationList.module.css';
import { Bones, Count, Empty } from './ListStates';
import { rests } from './rest';
import { Rows } from './Rows';
import type { ConversationsSearch, Tab } from './search';
import { Standings } from './Standings';
import { SORT_NAMES, TAB_NAMES } from './texts';
import { useHeld } from './useHeld';
import { useRest } from './useRest';

// Nothing is chosen at first.
const MassBar = lazy(() => import('./MassBar'));

const CHANNELS = [
  { value: '', label: 'Все каналы' },
  ...(Object.keys(channels) as Channel[])
    .filter((channel) => channel !== 'telephony')
    .map((channel) => ({ value: channel, label: channels[channel].name })),
];
const SORTS = (Object.keys(SORT_NAMES) as Sort[]).map((value) => ({ value, label: SORT_NAMES[value] }));

interface ConversationListProps {
  search: ConversationsSearch;
  activeId?: string;
  /** The first rows are there; its answer takes back what it began. */
  onShown: () => () => void;
}

/** «Диалоги»: the list on the left. */
export function ConversationList({ search, activeId, onShown }: ConversationListProps) {
  const me = useMe();
  const navigate = useNavigate();
  const tab = search.tab ?? (me.rights['clients.read'] === 'all' ? 'all' : 'mine');
  const [sorts, setSorts] = useLocalStorage<Partial<Record<Tab, Sort>>>({
    key: 'uzel-dialogs-sorts',
    defaultValue: {},
    getInitialValueInEffect: false,
  });
  const sort = sorts[tab] ?? '-last_at';
  const standing = search.standing ?? 'open';
  const wanted = { tab, standing, sort, channels: search.channels, account: search.account, me: me.id };
  const list = useInfiniteQuery(conversationsQuery(wanted));
  const counts = useQuery(countsQuery).data;
  useTitle(counts?.mine.unread ?? 0);
  const isShown = list.data !== undefined;
  useEffect(() => (isShown ? onShown() : undefined), [isShown, onShown]);

  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const { shown, fresh, hold, release } = useHeld(rows, JSON.stringify(wanted));
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const go = (next: ConversationsSearch) => void navigate({ to: '.', search: (before) => ({ ...before, ...next }) });
  const open = (id: string) =>
    void navigate({ to: '/dialogs/$conversationId', params: { conversationId: id }, search });
  const step = (by: number) => {
    const at = shown.findIndex((row) => row.id === activeId);
    const next = shown[at < 0 ? 0 : at + by];
    if (next) open(next.id);
  };
  const rest = useRest();
  const mayWrite = useRight('clients.write') !== undefined;
  /** Lays the open one aside and goes on. */
  const leave = (act: (rows: Conversation[]) => void) => {
    const active = rows.find((row) => row.id === activeId);
    if (!active || !mayWrite || rests(active, Date.now())) return;
    step(1);
    act([active]);
  };
  useSingleKeys({ KeyJ: () => step(1), KeyK: () => step(-1), KeyE: () => leave(rest.close), KeyS: () => leave(rest.putOff) });

  const pick = (id: string) => {
    const next = new Set(picked);
    if (!next.delete(id)) next.add(id);
    setPicked(next);
  };
  const scrolled = (event: UIEvent<HTMLDivElement>) => {
    const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
    const near = scrollTop + clientHeight > scrollHeight * 0.8;
    if (near && list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage();
  };

  return (
    <section className={classes.list} aria-label="Диалоги">
      <h1 className="unseen">Диалоги</h1>
      <Tabs value={tab} onChange={(value) => go({ tab: value as Tab })} className={classes.tabs}>
        <Tabs.List grow className={classes.tabList}>
          {(Object.keys(TAB_NAMES) as Tab[]).map((name) => (
            <Tabs.Tab key={name} value={name} px={0} className={classes.tab} rightSection={<Count waiting={counts?.[name].waiting} />}>
              {TAB_NAMES[name]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </Tabs>
      <Standings standing={standing} counts={counts?.[tab]} onChange={(next) => go({ standing: next === 'open' ? undefined : next })} />
      {picked.size > 0 ? (
        <Suspense fallback={<div className={classes.tools} />}>
          <MassBar picked={rows.filter((row) => picked.has(row.id))} onDone={() => setPicked(new Set())} />
        </Suspense>
      ) : (
        <Group className={classes.tools} gap="xs" wrap="nowrap">
          <NativeSelect
            size="xs"
            flex={1}
            aria-label="Канал"
            leftSection={<IconFilter size={14} />}
            data={CHANNELS}
            value={search.channels ?? ''}
            onChange={(event) => go({ channels: event.currentTarget.value || undefined })}
          />
          <NativeSelect
            size="xs"
            flex={1}
            aria-label="Порядок"
            leftSection={<IconArrowsSort size={14} />}
            data={SORTS}
            value={sort}
            onChange={(event) => setSorts({ ...sorts, [tab]: event.currentTarget.value as Sort })}
          />
        </Group>
      )}
      <div className={classes.rows} onScroll={scrolled} onPointerMove={hold} onPointerLeave={release} tabIndex={-1}>
        <div aria-live="polite">
          {fresh > 0 && (
            <button type="button" className={classes.fresh} onClick={release}>
              {plural(fresh, 'новый', 'новых', 'новых')}
            </button>
          )}
        </div>
        {list.isPending ? (
          <Bones count={9} />
        ) : list.isError && rows.length === 0 ? (
          <Failed error={list.error} again={() => void list.refetch()} />
        ) : shown.length === 0 ? (
          <Empty tab={tab} sort={sort} search={search} onReset={() => go({ channels: undefined, account: undefined, standing: undefined })} />
        ) : (
          <>
            <Rows rows={shown} search={search} activeId={activeId} picked={picked} onPick={pick} />
            {list.isFetchingNextPage && <Bones count={2} />}
            {!list.hasNextPage && <p className={classes.end}>Это всё</p>}
          </>
        )}
      </div>
    </section>
  );
}

function useTitle(unread: number) {
  useDocumentTitle(unread > 0 ? `(${unread >= 100 ? '99+' : unread}) Диалоги · Узел` : 'Диалоги · Узел');
}
