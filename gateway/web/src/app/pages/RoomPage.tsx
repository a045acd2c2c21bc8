import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import {
  roomQuery,
  useJoinRoom,
  useMessageAct,
  usePost,
  type NewRoomMessage,
  type Room,
  type RoomMessage,
} from '@/features/rooms/api';
import { RoomComposer } from '@/features/rooms/RoomComposer';
import { RoomContext } from '@/features/rooms/RoomContext';
import { RoomThread } from '@/features/rooms/RoomThread';
import { pendingOf, type Pending } from '@/features/rooms/rows';
import { plural } from '@/shared/plural';
import { Failed, Loading, Nothing } from '@/shared/ui/States';
import { ThreadFrame } from '../ThreadFrame';

const route = getRouteApi('/frame/rooms/$roomId');

/** An internal chat. */
export default function RoomPage() {
  const { roomId } = route.useParams();
  const room = useQuery(roomQuery(roomId));
  if (room.isPending) return <Loading what="Чат загружается" />;
  if (room.isError) return <Failed error={room.error} again={() => void room.refetch()} />;
  return <OpenRoom key={roomId} room={room.data} />;
}

function OpenRoom({ room }: { room: Room }) {
  const navigate = useNavigate();
  const { at } = route.useSearch();
  const [pending, setPending] = useState<Pending[]>([]);
  const [quote, setQuote] = useState<RoomMessage>();
  const [editing, setEditing] = useState<RoomMessage>();
  const act = useMessageAct();
  const post = usePost(room.id, (message, error) =>
    setPending((before) => before.map((known) => (known.id === message.id ? { ...known, failed: error.message } : known))),
  );
  const back = () => void navigate({ to: '/rooms' });
  const jump = useCallback(
    (position: number | undefined) => void navigate({ to: '.', search: { at: position }, replace: true }),
    [navigate],
  );
  const send = (message: NewRoomMessage) => {
    setPending((before) => [...before, pendingOf(message)]);
    post.mutate(message, {
      onSuccess: () => setPending((before) => before.filter((known) => known.id !== message.id)),
    });
  };
  const edit = (message: RoomMessage, text: string) =>
    act.mutate(
      { id: message.id, edit: text },
      { onError: (error) => notifications.show({ color: 'red', title: 'Сообщение не изменено', message: error.message }) },
    );
  const done = () => {
    setQuote(undefined);
    setEditing(undefined);
  };
  const write = room.can_write ? (
    <RoomComposer room={room} quote={quote} editing={editing} onDone={done} onPost={send} onEdit={edit} />
  ) : (
    <NoWriting room={room} />
  );
  return (
    <ThreadFrame
      name={room.name}
      more={[plural(room.members, 'участник', 'участника', 'участников'), room.client && `о клиенте ${room.client.name}`, room.bridged && 'связан с Telegram руководителя']
        .filter(Boolean)
        .join(' · ')}
      about="Участники и настройки чата"
      back={back}
      composer={write}
      context={() => <RoomContext room={room} onLeft={back} />}
    >
      {room.can_read ? (
        <RoomThread
          room={room}
          at={at}
          pending={pending}
          onJump={jump}
          onReply={(message) => {
            setEditing(undefined);
            setQuote(message);
          }}
          onEdit={(message) => {
            setQuote(undefined);
            setEditing(message);
          }}
          onForgetPending={(id) => setPending((before) => before.filter((known) => known.id !== id))}
        />
      ) : (
        <Nothing title="Закрытый чат">Сообщения видят только его участники. Название и состав вы можете менять.</Nothing>
      )}
    </ThreadFrame>
  );
}

/** Why one cannot write, and what to press. */
function NoWriting({ room }: { room: Room }) {
  const join = useJoinRoom(room.id);
  const words = room.archived_at
    ? 'Чат в архиве: его можно читать, но не писать.'
    : room.access === 'open'
      ? 'Чтобы писать и видеть новые сообщения, вступите в чат.'
      : 'Писать могут только участники.';
  return (
    <Group justify="space-between" p="sm" style={{ borderTop: '1px solid var(--line)' }}>
      <Text size="sm">{join.isError ? join.error.message : words}</Text>
      {!room.archived_at && room.access === 'open' && (
        <Button onClick={() => join.mutate(undefined)} loading={join.isPending}>
          Вступить
        </Button>
      )}
    </Group>
  );
}
