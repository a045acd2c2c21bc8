import { ActionIcon, Loader, Switch, TextInput, Tooltip } from '@mantine/core';
import { useDebouncedValue, useDocumentTitle } from '@mantine/hooks';
import { IconArchive, IconLock, IconPlus, IconSearch } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ago } from '@/shared/format';
import { plural } from '@/shared/plural';
import { useNow } from '@/shared/useNow';
import { Failed, Loading, Nothing } from '@/shared/ui/States';
import { roomCountsQuery, roomsQuery, type Room } from './api';
import { FoundMessages } from './FoundMessages';
import { RoomForm } from './RoomForm';
import classes from './RoomList.module.css';

/** Two letters and more are searched for. */
const SHORTEST = 2;

/** «Чаты»: the list on the left, or what was found in them. */
export function RoomList({ activeId }: { activeId?: string }) {
  const navigate = useNavigate();
  const [archived, setArchived] = useState(false);
  const [making, setMaking] = useState(false);
  const [typed, setTyped] = useState('');
  const [text] = useDebouncedValue(typed.trim(), 250);
  const counts = useQuery(roomCountsQuery).data;
  useDocumentTitle(counts && counts.rooms > 0 ? `(${counts.rooms}) Чаты · Узел` : 'Чаты · Узел');
  return (
    <section className={classes.list} aria-label="Чаты">
      <h1 className="unseen">Чаты</h1>
      <div className={classes.tools}>
        <TextInput
          flex={1}
          size="sm"
          aria-label="Поиск по чатам"
          placeholder="Поиск по чатам"
          leftSection={<IconSearch size={16} />}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Tooltip label="Новый чат">
          <ActionIcon size={36} variant="default" onClick={() => setMaking(true)} aria-label="Новый чат">
            <IconPlus size={20} />
          </ActionIcon>
        </Tooltip>
      </div>
      {text.length >= SHORTEST ? (
        <FoundMessages text={text} />
      ) : (
        <>
          <Rooms archived={archived} activeId={activeId} />
          <Switch
            className={classes.archive}
            size="sm"
            label="Показать архив"
            checked={archived}
            onChange={(event) => setArchived(event.currentTarget.checked)}
          />
        </>
      )}
      {making && (
        <RoomForm
          onClose={() => setMaking(false)}
          onDone={(room) => {
            setMaking(false);
            void navigate({ to: '/rooms/$roomId', params: { roomId: room.id } });
          }}
        />
      )}
    </section>
  );
}

function Rooms({ archived, activeId }: { archived: boolean; activeId?: string }) {
  const rooms = useInfiniteQuery(roomsQuery(archived));
  if (rooms.isPending) return <Loading what="Чаты загружаются" />;
  if (rooms.isError) return <Failed error={rooms.error} again={() => void rooms.refetch()} />;
  const shown = rooms.data.pages.flatMap((page) => page.items);
  if (shown.length === 0) {
    return (
      <div className={classes.rows}>
        <Nothing title={archived ? 'В архиве пусто' : 'Чатов пока нет'} />
      </div>
    );
  }
  return (
    <ul className={classes.rows}>
      {shown.map((room) => (
        <RoomRow key={room.id} room={room} active={room.id === activeId} />
      ))}
      {rooms.hasNextPage && (
        <li>
          <button type="button" className={classes.more} onClick={() => void rooms.fetchNextPage()}>
            {rooms.isFetchingNextPage ? <Loader size="xs" /> : 'Показать ещё'}
          </button>
        </li>
      )}
    </ul>
  );
}

function RoomRow({ room, active }: { room: Room; active: boolean }) {
  const now = useNow();
  return (
    <li className={classes.row} data-active={active || undefined}>
      <Link
        to="/rooms/$roomId"
        params={{ roomId: room.id }}
        className={classes.link}
        aria-current={active ? 'true' : undefined}
      >
        <span className={classes.first}>
          {room.access === 'closed' && <IconLock size={14} aria-label="Закрытый чат" />}
          {room.archived_at && <IconArchive size={14} aria-label="В архиве" />}
          <b className="cut" data-unread={room.unread > 0 || undefined}>
            {room.name}
          </b>
          {room.client && <span className={`cut ${classes.client}`}>{room.client.name}</span>}
          <span className={classes.when}>{ago(room.last_at, now)}</span>
        </span>
        <span className={classes.second}>
          <span className="cut">{lastWords(room)}</span>
          {room.mentions > 0 && <span className={classes.mention} title="Вас упомянули">@</span>}
          {room.unread > 0 && (
            <span className={classes.unread}>
              <span aria-hidden="true">{room.unread > 99 ? '99+' : room.unread}</span>
              <span className="unseen">
                {plural(room.unread, 'непрочитанное', 'непрочитанных', 'непрочитанных')}
                {room.mentions > 0 ? ', вас упомянули' : ''}
              </span>
            </span>
          )}
        </span>
      </Link>
    </li>
  );
}

function lastWords(room: Room): string {
  if (!room.can_read) return 'Закрытый чат: вы не участник';
  if (!room.last) return room.role ? 'Сообщений пока нет' : 'Открытый чат: можно вступить';
  const { author, text, files } = room.last;
  return `${author}: ${text ?? plural(files, 'файл', 'файла', 'файлов')}`;
}
