import { ActionIcon, Button, Skeleton } from '@mantine/core';
import { IconArrowDown } from '@tabler/icons-react';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useMemo, useRef, useState, type RefObject } from 'react';
import { useLiveMessages } from '@/shared/live/context';
import { Failed, Nothing } from '@/shared/ui/States';
import { entryOf, takeIn, timelineQuery, type Entry, type Subject } from './api';
import type { TimelineFilter } from './filter';
import { isPlanned } from './Planned';
import { lineOfEntry, rowsOf, type Row, type Unread } from './rows';
import { TimelineRow } from './TimelineRow';
import classes from './Timeline.module.css';
import type { Showing } from './useShowing';

/** So long a row is on the screen before it counts as seen. */
const SEEN_AFTER_MS = 1000;
const LIT_MS = 2500;
/** The next page is asked for when so few lines are left. */
const LINES_LEFT = 8;

interface TimelineProps {
  subject: Subject;
  filter: TimelineFilter;
  showing: Showing;
  /** The zone of the client, for exact times. */
  zone?: string | null;
  unread?: Unread;
  /** Called with the newest rows when they have really been on the screen. */
  onSeen?: (entries: Entry[]) => void;
  onReply?: (entry: Entry) => void;
  filtered: boolean;
  onResetFilter: () => void;
}

/** One stream, drawn by window: only the lines around the screen exist. */
export function Timeline(props: TimelineProps) {
  const { subject, filter, showing, unread } = props;
  const query = useInfiniteQuery(timelineQuery(subject, filter, showing.at));
  useTakeIn(subject);
  const entries = useMemo(() => query.data?.pages.flatMap((page) => page.items).reverse() ?? [], [query.data]);
  const isWhole = query.data !== undefined && !query.hasNextPage;
  const rows = useMemo(() => rowsOf(entries, isWhole, unread), [entries, isWhole, unread]);

  if (query.isPending) return <Bones />;
  if (query.isError && entries.length === 0) return <Failed error={query.error} again={() => void query.refetch()} />;
  if (entries.length === 0) {
    return props.filtered ? (
      <Nothing
        title="Ничего не подходит"
        action={
          <Button variant="default" onClick={props.onResetFilter}>
            Сбросить фильтр
          </Button>
        }
      >
        Строки скрывает фильтр ленты.
      </Nothing>
    ) : (
      <Nothing title="Событий пока нет">Здесь появятся сообщения, звонки и комментарии по этому клиенту.</Nothing>
    );
  }
  return (
    <Lines
      {...props}
      key={`${subject.id} ${showing.at ?? ''} ${JSON.stringify(filter)}`}
      rows={rows}
      entries={entries}
      hasOlder={query.hasNextPage}
      hasNewer={query.hasPreviousPage}
      isLoading={query.isFetchingNextPage || query.isFetchingPreviousPage}
      loadOlder={() => void (query.isFetching || query.fetchNextPage())}
      loadNewer={() => void (query.isFetching || query.fetchPreviousPage())}
    />
  );
}

interface LinesProps extends TimelineProps {
  rows: Row[];
  entries: Entry[];
  hasOlder: boolean;
  hasNewer: boolean;
  isLoading: boolean;
  loadOlder: () => void;
  loadNewer: () => void;
}

function Lines(props: LinesProps) {
  const { rows, entries, showing, hasOlder, hasNewer, loadOlder, loadNewer } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const lines = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => rows[index]!.key,
    estimateSize: (index) => heightOf(rows[index]!),
    overscan: 12,
    paddingStart: 12,
    paddingEnd: 12,
    anchorTo: 'end',
    followOnAppend: !hasNewer,
    scrollEndThreshold: 60,
  });
  const items = lines.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];

  useEffect(() => {
    if (hasOlder && first < LINES_LEFT) loadOlder();
  }, [first, hasOlder, loadOlder]);
  useEffect(() => {
    if (hasNewer && last > rows.length - LINES_LEFT) loadNewer();
  }, [last, rows.length, hasNewer, loadNewer]);

  useOpening(rows, showing, (index, align) => lines.scrollToIndex(index, { align }), () => lines.scrollToEnd());
  useKeptFoot(scroller);
  const atEnd = !hasNewer && lines.isAtEnd(60);
  // What is planned stands at the end and is no news.
  const told = useMemo(() => entries.filter((entry) => !isPlanned(entry)), [entries]);
  const behind = useBehind(told, atEnd);
  useSeen(told, atEnd, props.onSeen);

  return (
    <div className={classes.frame}>
      <div ref={scroller} className={classes.scroller} tabIndex={0} role="log" aria-label="Лента" aria-live="off">
        <div className={classes.column} style={{ height: lines.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index]!;
            return (
              <div
                key={item.key}
                data-index={item.index}
                ref={lines.measureElement}
                className={classes.line}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <TimelineRow row={row} subject={props.subject} zone={props.zone} showing={showing} onReply={props.onReply} />
              </div>
            );
          })}
        </div>
      </div>
      {props.isLoading && <div className={classes.loading} role="status" aria-label="Загружаются ещё события" />}
      {!atEnd && (
        <ActionIcon
          className={classes.down}
          size={44}
          radius="xl"
          variant="default"
          onClick={() => (hasNewer ? showing.toEnd() : lines.scrollToEnd({ behavior: 'smooth' }))}
          aria-label={behind > 0 ? `К новым: ${behind}` : 'К последним событиям'}
        >
          <IconArrowDown size={20} />
          {behind > 0 && <span className={classes.behind}>{behind}</span>}
        </ActionIcon>
      )}
      <Announcer entries={told} />
    </div>
  );
}

/** About as high as it will be: what is measured later moves what is read now the less. */
function heightOf(row: Row): number {
  if (row.type === 'missed') return 120;
  if (row.type !== 'entry') return 44;
  if (!row.entry.call) return 76;
  return 120 + 110 * row.entry.call.recordings.length;
}

/** Reads new messages of the client to those who do not see the screen. */
function Announcer({ entries }: { entries: Entry[] }) {
  const newest = entries.at(-1);
  const [first] = useState(newest?.id);
  const told = newest && newest.id !== first && newest.direction === 'inbound' ? newest : undefined;
  return (
    <div className="unseen" aria-live={told?.kind === 'call' ? 'assertive' : 'polite'}>
      {told && `${told.contact?.name ?? 'Клиент'}: ${told.text ?? (told.kind === 'call' ? 'звонок' : 'новое сообщение')}`}
    </div>
  );
}

/** Takes rows of the live feed into the timeline, each by itself. */
function useTakeIn(subject: Subject): void {
  const cache = useQueryClient();
  useLiveMessages((message) => {
    if (message.event !== 'interaction') return;
    const isOurs =
      subject.kind === 'client'
        ? message.client_ids.includes(subject.id)
        : subject.kind === 'contact'
          ? message.contact_id === subject.id
          : message.kind === 'message';
    if (!isOurs) return;
    entryOf(message.interaction_id).then(
      (entry) => takeIn(cache, subject, entry),
      // It is gone from sight already, or the network broke: then the feed breaks too and tells to read anew.
      () => undefined,
    );
  });
}

/** Opens where the reader wants to be: at a row, else at the first unread one, else at the end. */
function useOpening(
  rows: Row[],
  showing: Showing,
  scrollTo: (index: number, align: 'start' | 'center' | 'end') => void,
  toEnd: () => void,
): void {
  const opened = useRef(false);
  const lit = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (showing.row && lit.current !== showing.row) {
      const index = lineOfEntry(rows, showing.row);
      if (index < 0) return;
      scrollTo(index, 'center');
      lit.current = showing.row;
    } else if (!opened.current) {
      const at = showing.at ? Date.parse(showing.at) : undefined;
      const wanted = at === undefined
        ? rows.findIndex((row) => row.type === 'unread')
        : rows.findIndex((row) => row.type === 'entry' && Date.parse(row.entry.occurred_at) >= at);
      if (wanted >= 0) scrollTo(Math.max(0, wanted - 1), 'start');
      else toEnd();
    }
    opened.current = true;
    if (!showing.row) lit.current = undefined;
  });
  useEffect(() => {
    if (!showing.row) return;
    const timer = setTimeout(showing.unlight, LIT_MS);
    return () => clearTimeout(timer);
  }, [showing.row, showing.unlight]);
}

/** The last line in sight stays when the field below grows with its words. */
function useKeptFoot(scroller: RefObject<HTMLDivElement | null>): void {
  useEffect(() => {
    const box = scroller.current;
    if (!box) return;
    let height = box.clientHeight;
    const observer = new ResizeObserver(() => {
      box.scrollTop += height - box.clientHeight;
      height = box.clientHeight;
    });
    observer.observe(box);
    return () => observer.disconnect();
  }, [scroller]);
}

/** How many rows have come while the reader looks at older ones. */
function useBehind(entries: Entry[], atEnd: boolean): number {
  const seen = useRef<string | undefined>(undefined);
  const newest = entries.at(-1)?.id;
  useEffect(() => {
    if (atEnd || seen.current === undefined) seen.current = newest;
  }, [atEnd, newest]);
  if (atEnd || seen.current === undefined) return 0;
  const at = entries.findLastIndex((entry) => entry.id === seen.current);
  return at < 0 ? 0 : entries.length - 1 - at;
}

/** Tells that the newest rows were on the screen of a focused tab for a while. */
function useSeen(entries: Entry[], atEnd: boolean, onSeen?: (entries: Entry[]) => void): void {
  const newest = useRef({ entries, onSeen });
  newest.current = { entries, onSeen };
  const newestId = entries.at(-1)?.id;
  const look = useCallback(() => {
    if (document.hasFocus() && !document.hidden) newest.current.onSeen?.(newest.current.entries);
  }, []);
  useEffect(() => {
    if (!atEnd) return;
    const timer = setTimeout(look, SEEN_AFTER_MS);
    addEventListener('focus', look);
    return () => {
      clearTimeout(timer);
      removeEventListener('focus', look);
    };
  }, [atEnd, newestId, look]);
}

function Bones() {
  const widths = ['42%', '55%', '30%', '48%', '36%'];
  return (
    <div className={classes.bones} role="status" aria-label="Лента загружается">
      {widths.map((width, index) => (
        <Skeleton key={index} height={56} width={width} radius={12} ml={index % 2 ? 'auto' : 0} />
      ))}
    </div>
  );
}
