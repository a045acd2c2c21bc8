import { ActionIcon, Button, Group, Menu, Select, Skeleton, Tabs, Tooltip } from '@mantine/core';
import { useDocumentTitle, useLocalStorage } from '@mantine/hooks';
import { IconArrowsSort, IconFilter, IconInbox, IconMailOpened, IconUserPlus, IconX } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useRef, useState, type UIEvent } from 'react';
import { channels, type Channel } from '@/channels';
import { useSingleKeys } from '@/shared/keys';
import { useMe } from '@/shared/me';
import { form, plural } from '@/shared/plural';
import { useNow } from '@/shared/useNow';
import { Failed, Nothing } from '@/shared/ui/States';
import { conversationsQuery, countsQuery, useMarkRead, useMarkUnread, type Conversation, type Sort } from './api';
import classes from './ConversationList.module.css';
import { ConversationRow } from './ConversationRow';
import { heldOrder } from './order';
import type { ConversationsSearch, Tab } from './search';

const TAB_NAMES: Record<Tab, string> = { mine: 'Мои', unassigned: 'Без ответственного', all: 'Все доступные' };
const SORT_NAMES: Record<Sort, string> = { '-last_at': 'Новые сверху', waiting: 'Дольше ждут' };

interface ConversationListProps {
  search: ConversationsSearch;
  activeId?: string;
}

/** «Диалоги»: the list on the left. */
export function ConversationList({ search, activeId }: ConversationListProps) {
  const me = useMe();
  const navigate = useNavigate();
  const tab = search.tab ?? (me.rights['clients.read'] === 'all' ? 'all' : 'mine');
  const [sorts, setSorts] = useLocalStorage<Partial<Record<Tab, Sort>>>({
    key: 'uzel-dialogs-sorts',
    defaultValue: {},
    getInitialValueInEffect: false,
  });
  const sort = sorts[tab] ?? '-last_at';
  const wanted = { tab, sort, channels: search.channels, account: search.account, me: me.id };
  const list = useInfiniteQuery(conversationsQuery(wanted));
  const counts = useQuery(countsQuery).data;
  useTitle(counts?.mine.unread ?? 0);

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
  useSingleKeys({ KeyJ: () => step(1), KeyK: () => step(-1) });

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
            <Tabs.Tab key={name} value={name} px={6} className={classes.tab} rightSection={<Count waiting={counts?.[name].waiting} />}>
              {TAB_NAMES[name]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </Tabs>
      {picked.size > 0 ? (
        <MassBar picked={rows.filter((row) => picked.has(row.id))} onDone={() => setPicked(new Set())} />
      ) : (
        <Group className={classes.tools} gap="xs" wrap="nowrap">
          <Select
            size="xs"
            flex={1}
            aria-label="Канал"
            leftSection={<IconFilter size={14} />}
            placeholder="Все каналы"
            clearable
            clearButtonProps={{ 'aria-label': 'Все каналы' }}
            data={(Object.keys(channels) as Channel[])
              .filter((channel) => channel !== 'telephony')
              .map((channel) => ({ value: channel, label: channels[channel].name }))}
            value={search.channels ?? null}
            onChange={(value) => go({ channels: value ?? undefined })}
          />
          <Select
            size="xs"
            flex={1}
            aria-label="Порядок"
            leftSection={<IconArrowsSort size={14} />}
            allowDeselect={false}
            data={(Object.keys(SORT_NAMES) as Sort[]).map((value) => ({ value, label: SORT_NAMES[value] }))}
            value={sort}
            onChange={(value) => setSorts({ ...sorts, [tab]: value as Sort })}
          />
        </Group>
      )}
      <div className={classes.rows} onScroll={scrolled} onPointerEnter={hold} onPointerLeave={release} tabIndex={-1}>
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
          <Empty tab={tab} sort={sort} search={search} onReset={() => go({ channels: undefined, account: undefined })} />
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

interface RowsProps {
  rows: Conversation[];
  search: ConversationsSearch;
  activeId?: string;
  picked: ReadonlySet<string>;
  onPick: (id: string) => void;
}

function Rows({ rows, search, activeId, picked, onPick }: RowsProps) {
  const now = useNow();
  const newestPick = useRef(onPick);
  newestPick.current = onPick;
  const [stablePick] = useState(() => (id: string) => newestPick.current(id));
  const markRead = useMarkRead();
  const markUnread = useMarkUnread();
  const [menu, setMenu] = useState<{ row: Conversation; x: number; y: number } | null>(null);
  return (
    <>
      {rows.map((row) => (
        <div
          key={row.id}
          className={classes.slot}
          onContextMenu={(event) => {
            event.preventDefault();
            setMenu({ row, x: event.clientX, y: event.clientY });
          }}
        >
          <ConversationRow
            conversation={row}
            search={search}
            active={row.id === activeId}
            now={now}
            picked={picked.size > 0 ? picked.has(row.id) : undefined}
            onPick={stablePick}
          />
        </div>
      ))}
      <Menu opened={menu !== null} onClose={() => setMenu(null)} position="bottom-start">
        <Menu.Target>
          <button type="button" aria-hidden="true" tabIndex={-1} className={classes.anchor} style={{ left: menu?.x ?? 0, top: menu?.y ?? 0 }} />
        </Menu.Target>
        <Menu.Dropdown>
          {menu && (menu.row.unread > 0 || menu.row.marked_unread) ? (
            <Menu.Item
              leftSection={<IconMailOpened size={16} />}
              onClick={() => markRead.mutate({ id: menu.row.id, until: menu.row.last_at })}
            >
              Пометить прочитанным
            </Menu.Item>
          ) : (
            <Menu.Item leftSection={<IconInbox size={16} />} onClick={() => menu && markUnread.mutate(menu.row.id)}>
              Пометить непрочитанным
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconUserPlus size={16} />} onClick={() => menu && onPick(menu.row.id)}>
            Выбрать несколько
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

/** What can be done with several at once. */
function MassBar({ picked, onDone }: { picked: Conversation[]; onDone: () => void }) {
  const markRead = useMarkRead();
  const markUnread = useMarkUnread();
  const all = async (act: (row: Conversation) => Promise<unknown>) => {
    for (const row of picked) await act(row);
    onDone();
  };
  return (
    <Group className={classes.tools} gap="xs" wrap="nowrap" role="toolbar" aria-label="Выбранные диалоги">
      <span style={{ flex: 1 }}>
        {form(picked.length, 'Выбран', 'Выбрано', 'Выбрано')} {picked.length}
      </span>
      <Button
        size="compact-sm"
        variant="default"
        onClick={() => void all((row) => markRead.mutateAsync({ id: row.id, until: row.last_at }))}
      >
        Прочитано
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        onClick={() => void all((row) => markUnread.mutateAsync(row.id))}
      >
        Не прочитано
      </Button>
      <Tooltip label="Снять выбор">
        <ActionIcon variant="subtle" color="gray" onClick={onDone} aria-label="Снять выбор">
          <IconX size={18} />
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}

function Count({ waiting }: { waiting?: number }) {
  if (!waiting) return null;
  return (
    <Tooltip label={`Ждут ответа: ${waiting >= 100 ? 'больше 99' : waiting}`}>
      <span className={classes.count}>
        {waiting >= 100 ? '99+' : waiting}
        <span className="unseen"> ждут ответа</span>
      </span>
    </Tooltip>
  );
}

function Bones({ count }: { count: number }) {
  return (
    <div role="status" aria-label="Диалоги загружаются">
      {Array.from({ length: count }, (_, index) => (
        <div key={index} className={classes.bone}>
          <Skeleton circle height={40} />
          <div style={{ flex: 1 }}>
            <Skeleton height={12} width="55%" />
            <Skeleton height={10} width="85%" mt={10} />
          </div>
        </div>
      ))}
    </div>
  );
}

interface EmptyProps {
  tab: Tab;
  sort: Sort;
  search: ConversationsSearch;
  onReset: () => void;
}

function Empty({ tab, sort, search, onReset }: EmptyProps) {
  const channel = search.channels && channels[search.channels as Channel]?.name;
  if (channel) {
    return (
      <Nothing
        title={`В «${TAB_NAMES[tab]}» нет диалогов ${channel}`}
        action={
          <Button variant="default" onClick={onReset}>
            Сбросить
          </Button>
        }
      >
        Строки скрывает фильтр по каналу.
      </Nothing>
    );
  }
  if (sort === 'waiting') return <Nothing title="Никто не ждёт ответа">Показаны только те, кому ещё не ответили.</Nothing>;
  if (tab === 'mine') {
    return (
      <Nothing title="У вас пока нет диалогов">
        Они появятся, когда напишет клиент, за которого вы отвечаете. Новых посмотрите во вкладке «Без ответственного».
      </Nothing>
    );
  }
  return <Nothing title="Диалогов пока нет">Как только клиент напишет в подключённый канал, диалог появится здесь.</Nothing>;
}

/** Rows do not move under the pointer: what rose meanwhile is counted and comes when the pointer leaves. */
function useHeld(rows: Conversation[], list: string) {
  const [held, setHeld] = useState<{ ids: string[]; list: string } | null>(null);
  const holds = held && held.list === list && held.ids.length > 0;
  const { shown, fresh } = holds ? heldOrder(held.ids, rows) : { shown: rows, fresh: 0 };
  return {
    shown,
    fresh,
    hold: () => {
      if (matchMedia('(hover: hover)').matches) setHeld({ ids: rows.map((row) => row.id), list });
    },
    release: () => setHeld(null),
  };
}

function useTitle(unread: number) {
  useDocumentTitle(unread > 0 ? `(${unread >= 100 ? '99+' : unread}) Диалоги · Узел` : 'Диалоги · Узел');
}
