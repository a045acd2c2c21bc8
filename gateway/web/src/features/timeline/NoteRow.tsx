import { ActionIcon, Menu } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconDots, IconLock, IconLockCheck, IconPencil, IconTrash } from '@tabler/icons-react';
import { dateTime, duration, time } from '@/shared/format';
import { FoldedText } from '@/shared/ui/FoldedText';
import { TaskButton } from '@/shared/ui/TaskButton';
import { useNow } from '@/shared/useNow';
import bubble from '@/shared/ui/Bubble.module.css';
import type { Entry, Subject } from './api';
import { NoteEditor } from './NoteEditor';
import { useChange, useChangeNote } from './notes';
import classes from './Row.module.css';
import { startOf } from './taskStart';
import { Moment } from './RowMarks';
import type { Showing } from './useShowing';
import { Versions } from './Versions';

interface NoteRowProps {
  entry: Entry;
  subject: Subject;
  zone?: string | null;
  showing: Showing;
}

/** A comment: for employees only, tinted over the whole width. */
export function NoteRow({ entry, subject, zone, showing }: NoteRowProps) {
  // Kept over a reload, and while the row is scrolled out of the window.
  const [text, setText] = useLocalStorage<string | null>({
    key: `uzel-note-${entry.id}`,
    defaultValue: null,
    getInitialValueInEffect: false,
  });
  const call = entry.note?.call_id;
  return (
    <article className={bubble.row} data-lit={entry.id === showing.row || undefined} aria-label={`Комментарий, ${time(entry.occurred_at)}`}>
      <div className={classes.note} data-entry={entry.id}>
        <div className={`${bubble.head} ${classes.noteHead}`}>
          <span className={classes.sign} data-hint="Видно только сотрудникам">
            <IconLock size={14} aria-label="Видно только сотрудникам" />
          </span>
          <b>{entry.author?.name ?? 'Сотрудник'}</b>
          {entry.versions.length > 1 && <Versions versions={entry.versions} of="комментария" />}
          {call && (
            <button type="button" className="plain link" onClick={() => showing.toRow(call, false)}>
              к звонку
            </button>
          )}
          {entry.deleted && <span>удалён {time(entry.deleted.at)}</span>}
          <Moment at={entry.occurred_at} zone={zone} />
          <TaskButton isSmall start={startOf(entry, subject)} />
          {text === null && <Acts entry={entry} subject={subject} onEdit={() => setText(entry.text ?? '')} />}
        </div>
        {entry.text && text === null && <FoldedText text={entry.text} deleted={!!entry.deleted} />}
        {text !== null && <NoteEditor entry={entry} subject={subject} text={text} onText={setText} />}
      </div>
    </article>
  );
}

/** What the reader may do about it, and how long. */
function Acts({ entry, subject, onEdit }: { entry: Entry; subject: Subject; onEdit: () => void }) {
  const now = useNow();
  const change = useChange(entry, now);
  const remove = useChangeNote(subject);
  if (change.by === 'nobody') return null;
  if (change.by === 'locked') {
    return (
      <span className={classes.sign} data-hint={`Закрыт ${dateTime(change.since)}: дальше меняют администратор и руководитель`}>
        <IconLockCheck size={14} aria-label={`Комментарий закрыт ${dateTime(change.since)}`} />
      </span>
    );
  }
  const trash = () =>
    remove.mutate(
      { id: entry.id, version: entry.note!.version, text: null },
      { onError: (error) => notifications.show({ color: 'red', title: 'Комментарий не удалён', message: error.message }) },
    );
  return (
    <>
      {change.by === 'mine' && <span className={classes.noteLeft}>можно править ещё {duration((change.until - now) * 1000)}</span>}
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon size={24} variant="subtle" color="gray" aria-label="Действия с комментарием" loading={remove.isPending}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPencil size={16} />} onClick={onEdit}>
            Изменить
          </Menu.Item>
          {!entry.deleted && (
            <Menu.Item leftSection={<IconTrash size={16} />} onClick={trash}>
              Удалить
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
