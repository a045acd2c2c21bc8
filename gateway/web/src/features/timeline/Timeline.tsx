import { Button, Skeleton } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { useLiveMessages } from '@/shared/live/context';
import { useLastAnswer } from '@/shared/useLastAnswer';
import { useMe } from '@/shared/me';
import { Failed, Nothing } from '@/shared/ui/States';
import { WindowedLog } from '@/shared/ui/WindowedLog';
import { entryOf, takeIn, timelineQuery, type Entry, type Subject } from './api';
import type { TimelineFilter } from './filter';
import { isPlanned } from './Planned';
import { entriesOf, lineOfEntry, rowsOf, type Row, type Unread } from './rows';
import { TimelineRow } from './TimelineRow';
import classes from './Timeline.module.css';
import type { Showing } from './useShowing';

const LIT_MS = 2500;

interface TimelineProps {
  subject: Subject;
  filter: TimelineFilter;
  showing: Showing;
  /** The zone of the client, for exact times. */
  zone?: string | null;
  unread?: Unread;
  /** Called with rows that have really been on the screen, the oldest first. */
  onSeen?: (entries: Entry[]) => void;
  onReply?: (entry: Entry) => void;
  /** Something stands here: rows, or that there are none. */
  onShown?: () => void;
  filtered: boolean;
  onResetFilter: () => void;
}

/** One stream, drawn by window: only the lines around the screen exist. */
export function Timeline(props: TimelineProps) {
  const { subject, filter, showing, unread, onShown } = props;
  const query = useInfiniteQuery(timelineQuery(subject, filter, showing.at));
  useTakeIn(subject);
  const entries = useMemo(() => query.data?.pages.flatMap((page) => page.items).reverse() ?? [], [query.data]);
  const isWhole = query.data !== undefined && !query.hasNextPage;
  const rows = useMemo(() => rowsOf(entries, isWhole, unread), [entries, isWhole, unread]);

  useEffect(() => {
    if (!query.isPending) onShown?.();
  }, [query.isPending, onShown]);

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
  const { rows, entries, showing } = props;
  // What is planned stands at the end and is no news.
  const told = useMemo(() => entries.filter((entry) => !isPlanned(entry)), [entries]);
  const newest = told.at(-1);
  const me = useMe();
  const seen = (drawn: Row[], conversation?: string | null) =>
    props.onSeen?.(entriesOf(drawn).filter((entry) => !isPlanned(entry) && (!conversation || entry.conversation_id === conversation)));
  useEffect(() => {
    if (!showing.row) return;
    const timer = setTimeout(showing.unlight, LIT_MS);
    return () => clearTimeout(timer);
  }, [showing.row, showing.unlight]);
  return (
    <>
      <WindowedLog
        label="Лента"
        rows={rows}
        heightOf={heightOf}
        draw={(row) => (
          <TimelineRow row={row} subject={props.subject} zone={props.zone} showing={showing} onReply={props.onReply} />
        )}
        older={{ has: props.hasOlder, load: props.loadOlder }}
        newer={{ has: props.hasNewer, load: props.loadNewer, toEnd: showing.toEnd }}
        isLoading={props.isLoading}
        ids={told.map((entry) => entry.id)}
        own={newest?.state === 'queued' && newest.author?.user_id === me.id ? newest.id : undefined}
        start={startOf(rows, showing)}
        jump={showing.row ? { key: showing.row, index: lineOfEntry(rows, showing.row) } : undefined}
        onSeen={seen}
        // Whoever answers has read what he answers.
        onOwn={(drawn) => seen(drawn, newest?.conversation_id)}
      />
      <Announcer entries={told} />
    </>
  );
}

/** About as high as it will be: what is measured later moves what is read now the less. */
function heightOf(row: Row): number {
  if (row.type === 'missed') return 120;
  if (row.type !== 'entry') return 44;
  if (!row.entry.call) return 76;
  return 120 + 110 * row.entry.call.recordings.length;
}

/** Where it opens: at the moment asked for, else at the first unread row, else at the end. */
function startOf(rows: Row[], showing: Showing): number {
  const at = showing.at ? Date.parse(showing.at) : undefined;
  return at === undefined
    ? rows.findIndex((row) => row.type === 'unread')
    : rows.findIndex((row) => row.type === 'entry' && Date.parse(row.entry.occurred_at) >= at);
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
  const read = useLastAnswer();
  useLiveMessages((message) => {
    if (message.event !== 'interaction') return;
    const isOurs =
      subject.kind === 'client'
        ? message.client_ids.includes(subject.id)
        : subject.kind === 'contact'
          ? message.contact_id === subject.id
          : message.kind === 'message';
    if (!isOurs) return;
    // Where it fails it is gone from sight already, or the network broke: then the feed breaks too and tells to read anew.
    read(message.interaction_id, entryOf, (entry) => takeIn(cache, subject, entry));
  });
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
