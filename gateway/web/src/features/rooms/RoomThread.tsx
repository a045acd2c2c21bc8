import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useLiveMessages } from '@/shared/live/context';
import { useLastAnswer } from '@/shared/useLastAnswer';
import { useMe } from '@/shared/me';
import { DayMark, StartMark, UnreadMark } from '@/shared/ui/LogMarks';
import { Failed, Loading, Nothing } from '@/shared/ui/States';
import { WindowedLog } from '@/shared/ui/WindowedLog';
import { messageOf, messagesQuery, takeIn, useReadRoom, type Room, type RoomMessage } from './api';
import { PendingRow, RoomMessageRow } from './RoomMessageRow';
import { lineOf, rowsOf, type Pending, type Row } from './rows';

const LIT_MS = 2500;

interface RoomThreadProps {
  room: Room;
  /** The message to open at. */
  at?: number;
  pending: Pending[];
  onJump: (position: number | undefined) => void;
  onReply: (message: RoomMessage) => void;
  onEdit: (message: RoomMessage) => void;
  onForgetPending: (id: string) => void;
}

/** What is said in a room, drawn by window. */
export function RoomThread(props: RoomThreadProps) {
  const { room, at, pending } = props;
  const me = useMe();
  // A place that is loaded is scrolled to; for another one the thread is entered around it.
  const [entered, setEntered] = useState(at);
  const query = useInfiniteQuery(messagesQuery(room.id, entered));
  useTakeIn(room.id);
  const messages = useMemo(() => query.data?.pages.flatMap((page) => page.items.toReversed()).reverse() ?? [], [query.data]);
  const isWhole = query.data !== undefined && !query.hasNextPage;
  const [unreadBehind] = useState(room.unread > 0 ? (room.read_position ?? undefined) : undefined);
  const rows = useMemo(
    () => rowsOf(messages, query.hasPreviousPage ? [] : pending, isWhole, unreadBehind, me.id),
    [messages, pending, isWhole, unreadBehind, me.id, query.hasPreviousPage],
  );
  const seen = useSeen(room);
  const line = at === undefined ? -1 : lineOf(rows, at);
  useEffect(() => {
    if (at !== undefined && at !== entered && query.isSuccess && !query.isFetching && line < 0) setEntered(at);
  }, [at, entered, line, query.isSuccess, query.isFetching]);
  const { onJump } = props;
  useEffect(() => {
    if (at === undefined || line < 0) return;
    const timer = setTimeout(() => onJump(undefined), LIT_MS);
    return () => clearTimeout(timer);
  }, [at, line, onJump]);

  if (query.isPending) return <Loading what="Сообщения загружаются" />;
  if (query.isError && messages.length === 0) return <Failed error={query.error} again={() => void query.refetch()} />;
  if (messages.length === 0 && pending.length === 0) {
    return <Nothing title="Сообщений пока нет">Клиенты этот чат не видят: он только для сотрудников.</Nothing>;
  }
  return (
    <>
      <WindowedLog
        key={entered ?? 'newest'}
        label="Сообщения"
        rows={rows}
        heightOf={(row) => (row.type === 'message' || row.type === 'pending' ? 76 : 44)}
        draw={(row) => <Line {...props} row={row} me={me.id} />}
        older={{ has: query.hasNextPage, load: () => void (query.isFetching || query.fetchNextPage()) }}
        newer={{
          has: query.hasPreviousPage,
          load: () => void (query.isFetching || query.fetchPreviousPage()),
          toEnd: () => setEntered(undefined),
        }}
        isLoading={query.isFetchingNextPage || query.isFetchingPreviousPage}
        ids={messages.map((message) => message.id)}
        start={rows.findIndex((row) => row.type === 'unread')}
        jump={at === undefined ? undefined : { key: String(at), index: line }}
        onSeen={seen}
      />
      <Announcer messages={messages} me={me.id} />
    </>
  );
}

function Line({ row, me, ...props }: RoomThreadProps & { row: Row; me: string }) {
  switch (row.type) {
    case 'start':
      return <StartMark>Начало чата</StartMark>;
    case 'day':
      return <DayMark at={row.at} />;
    case 'unread':
      return <UnreadMark />;
    case 'pending':
      return <PendingRow pending={row.pending} onForget={props.onForgetPending} />;
    case 'message':
      return (
        <RoomMessageRow
          message={row.message}
          joined={row.joined}
          room={props.room}
          me={me}
          lit={row.message.position === props.at}
          onJump={props.onJump}
          onReply={props.onReply}
          onEdit={props.onEdit}
        />
      );
  }
}

/** Takes messages of the live feed into the thread, each by itself. */
function useTakeIn(room: string): void {
  const cache = useQueryClient();
  const read = useLastAnswer();
  useLiveMessages((message) => {
    if (message.event !== 'room' || message.room_id !== room || !message.message_id) return;
    // Where it fails it is out of sight already, or the network broke: then the feed breaks too and tells to read anew.
    read(message.message_id, messageOf, (said) => takeIn(cache, said));
  });
}

/** Marks the room read up to the newest message that was seen; each place once. */
function useSeen(room: Room): (rows: Row[]) => void {
  const read = useReadRoom(room.id);
  const told = useRef(room.read_position ?? 0);
  return (rows) => {
    const newest = rows.findLast((row) => row.type === 'message')?.message.position;
    if (room.role === null || newest === undefined || newest <= told.current) return;
    told.current = newest;
    read.mutate(newest);
  };
}

/** Reads new messages of others to those who do not see the screen. */
function Announcer({ messages, me }: { messages: RoomMessage[]; me: string }) {
  const newest = messages.at(-1);
  const [first] = useState(newest?.id);
  const isNews = newest && newest.id !== first && newest.author_id !== me;
  return (
    <div className="unseen" aria-live="polite">
      {isNews && `${newest.author_name}: ${newest.text ?? 'файл'}`}
    </div>
  );
}
