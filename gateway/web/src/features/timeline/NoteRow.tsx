import { Tooltip } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { exactly, time } from '@/shared/format';
import type { Entry } from './api';
import { FoldedText } from '@/shared/ui/FoldedText';
import classes from './Row.module.css';
import { Versions } from './Versions';

/** A comment: for employees only, tinted over the whole width. */
export function NoteRow({ entry, zone }: { entry: Entry; zone?: string | null }) {
  return (
    <article className={classes.row} aria-label={`Комментарий, ${time(entry.occurred_at)}`}>
      <div className={classes.note} data-entry={entry.id}>
        <div className={classes.head}>
          <Tooltip label="Видно только сотрудникам">
            <IconLock size={14} aria-label="Видно только сотрудникам" />
          </Tooltip>
          <b>{entry.author?.name ?? 'Сотрудник'}</b>
          {entry.versions.length > 1 && <Versions versions={entry.versions} />}
          <time className="numbers" dateTime={entry.occurred_at} title={exactly(entry.occurred_at, zone)}>
            {time(entry.occurred_at)}
          </time>
        </div>
        {entry.text && <FoldedText text={entry.text} deleted={!!entry.deleted} />}
      </div>
    </article>
  );
}
