import { ActionIcon, Button, Menu, Popover, Tooltip } from '@mantine/core';
import {
  IconAlertCircle,
  IconArrowBackUp,
  IconBrandTelegram,
  IconClock,
  IconDots,
  IconMoodSmile,
  IconPencil,
  IconTrash,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { memo, useState } from 'react';
import { exactly, time } from '@/shared/format';
import { plural } from '@/shared/plural';
import bubble from '@/shared/ui/Bubble.module.css';
import { FileCard } from '@/shared/ui/FileCard';
import { FoldedText } from '@/shared/ui/FoldedText';
import { PersonAvatar } from '@/shared/ui/PersonAvatar';
import { useMessageAct, versionsQuery, type Room, type RoomMessage } from './api';
import type { Pending } from './rows';
import classes from './RoomMessageRow.module.css';

interface RoomMessageRowProps {
  message: RoomMessage;
  joined: boolean;
  room: Room;
  me: string;
  lit: boolean;
  onJump: (position: number) => void;
  onReply: (message: RoomMessage) => void;
  onEdit: (message: RoomMessage) => void;
}

/** A message of a room: one's own on the right, those of others on the left with their face. */
export const RoomMessageRow = memo(function RoomMessageRow(props: RoomMessageRowProps) {
  const { message, joined, me } = props;
  const isOwn = message.author_id === me;
  return (
    <article
      className={bubble.row}
      data-side={isOwn ? 'out' : 'in'}
      data-joined={joined || undefined}
      data-lit={props.lit || undefined}
      data-named={message.mentions.includes(me) || undefined}
      aria-label={`${message.author_name}, ${time(message.created_at)}`}
    >
      {!isOwn && <span className={classes.face}>{!joined && <PersonAvatar name={message.author_name} size={32} />}</span>}
      <div className={bubble.bubble}>
        {!joined && (
          <div className={bubble.head}>
            <b className="cut">{message.author_name}</b>
            {message.origin === 'bridge' && (
              <span className={classes.origin}>
                <IconBrandTelegram size={14} aria-hidden="true" /> из Telegram
              </span>
            )}
          </div>
        )}
        {message.quote && (
          <button type="button" className={bubble.quote} onClick={() => props.onJump(message.quote!.position)}>
            <b>{message.quote.author_name}</b>
            <span>{message.quote.text ?? (message.quote.files > 0 ? 'Файл' : 'Сообщение удалено')}</span>
          </button>
        )}
        {message.deleted_at ? (
          <i className="soft">Сообщение удалено</i>
        ) : (
          <>
            {message.files.map((file) => (
              <FileCard key={file.id} media={file} />
            ))}
            {message.text && <FoldedText text={message.text} />}
          </>
        )}
        <Reactions message={message} me={me} mayReact={props.room.can_write} />
        <div className={bubble.foot}>
          {message.edited_at && !message.deleted_at && <Edited id={message.id} />}
          {message.bridge && BRIDGE[message.bridge] && (
            <span className={classes.origin}>
              <IconBrandTelegram size={14} aria-hidden="true" /> {BRIDGE[message.bridge]}
            </span>
          )}
          <time dateTime={message.created_at} title={exactly(message.created_at)}>
            {time(message.created_at)}
          </time>
        </div>
        {!message.deleted_at && <Actions {...props} isOwn={isOwn} />}
      </div>
    </article>
  );
});

/** How far it got on its way to the director's Telegram. */
const BRIDGE: Record<NonNullable<RoomMessage['bridge']>, string | undefined> = {
  waiting: 'ждёт отправки в Telegram',
  done: 'доставлено в Telegram',
  failed: 'не дошло до Telegram',
  unknown: 'неизвестно, дошло ли до Telegram',
  skipped: undefined,
};

const REACTIONS = ['👍', '❤️', '🔥', '👌', '😁', '🙏', '👀', '👎'];

function Actions({ message, room, isOwn, onReply, onEdit }: RoomMessageRowProps & { isOwn: boolean }) {
  const act = useMessageAct();
  if (!room.can_write && !room.can_manage) return null;
  return (
    <div className={`${bubble.actions} ${classes.actions}`}>
      {room.can_write && (
        <>
          <Tooltip label="Ответить">
            <ActionIcon size={26} variant="subtle" color="gray" onClick={() => onReply(message)} aria-label="Ответить">
              <IconArrowBackUp size={16} />
            </ActionIcon>
          </Tooltip>
          <Popover position="top" withArrow trapFocus>
            <Popover.Target>
              <ActionIcon size={26} variant="subtle" color="gray" aria-label="Поставить реакцию">
                <IconMoodSmile size={16} />
              </ActionIcon>
            </Popover.Target>
            <Popover.Dropdown p={6}>
              {REACTIONS.map((emoji) => (
                <ActionIcon
                  key={emoji}
                  size={36}
                  variant="subtle"
                  color="gray"
                  onClick={() => act.mutate({ id: message.id, react: emoji })}
                  aria-label={`Реакция ${emoji}`}
                >
                  {emoji}
                </ActionIcon>
              ))}
            </Popover.Dropdown>
          </Popover>
        </>
      )}
      {(isOwn || room.can_manage) && (
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon size={26} variant="subtle" color="gray" aria-label="Ещё">
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {isOwn && room.can_write && (
              <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => onEdit(message)}>
                Изменить
              </Menu.Item>
            )}
            <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => act.mutate({ id: message.id, delete: true })}>
              Удалить
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </div>
  );
}

/** One chip for each sign; a press on one's own takes it away. */
function Reactions({ message, me, mayReact }: { message: RoomMessage; me: string; mayReact: boolean }) {
  const act = useMessageAct();
  if (message.reactions.length === 0) return null;
  const signs = [...new Set(message.reactions.map((reaction) => reaction.emoji))];
  return (
    <div className={bubble.reactions}>
      {signs.map((emoji) => {
        const given = message.reactions.filter((reaction) => reaction.emoji === emoji);
        const isMine = given.some((reaction) => reaction.user_id === me);
        const names = given.map((reaction) => reaction.name).join(', ');
        return (
          <Tooltip key={emoji} label={names}>
            <button
              type="button"
              className={`${bubble.reaction} ${classes.reaction}`}
              disabled={!mayReact}
              aria-pressed={isMine}
              aria-label={`${emoji}: ${names}`}
              onClick={() => act.mutate({ id: message.id, react: isMine ? null : emoji })}
            >
              {emoji} {given.length > 1 && given.length}
            </button>
          </Tooltip>
        );
      })}
    </div>
  );
}

/** «изменено» opens what it said before. */
function Edited({ id }: { id: string }) {
  const [open, setOpen] = useState(false);
  const versions = useQuery({ ...versionsQuery(id), enabled: open });
  return (
    <Popover opened={open} onChange={setOpen} position="top" withArrow width={320}>
      <Popover.Target>
        <button type="button" className="plain link" onClick={() => setOpen(!open)} aria-expanded={open}>
          изменено
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        {versions.isError && versions.error.message}
        {versions.data?.map((version) => (
          <div key={version.number} className={classes.version}>
            <span className="soft">до {exactly(version.until)}</span>
            <FoldedText text={version.text ?? 'Без текста'} />
          </div>
        ))}
      </Popover.Dropdown>
    </Popover>
  );
}

/** A message on its way, or one that the hub refused. */
export function PendingRow({ pending, onForget }: { pending: Pending; onForget: (id: string) => void }) {
  return (
    <article className={bubble.row} data-side="out" aria-label="Отправляется">
      <div className={bubble.bubble}>
        {pending.files > 0 && <span className="soft">{plural(pending.files, 'файл', 'файла', 'файлов')}</span>}
        {pending.text && <FoldedText text={pending.text} />}
        <div className={bubble.foot}>
          {pending.failed ? (
            <span className={classes.failed} role="alert">
              <IconAlertCircle size={14} aria-hidden="true" /> {pending.failed}{' '}
              <Button size="compact-xs" variant="subtle" onClick={() => onForget(pending.id)}>
                Убрать
              </Button>
            </span>
          ) : (
            <>
              <IconClock size={14} aria-hidden="true" /> отправляется
            </>
          )}
        </div>
      </div>
    </article>
  );
}
