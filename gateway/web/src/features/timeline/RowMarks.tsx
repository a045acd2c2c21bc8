import { IconClockExclamation } from '@tabler/icons-react';
import { exactly, time } from '@/shared/format';
import type { Entry } from './api';
import classes from './Row.module.css';

/** When it was; the whole date for the pointer. */
export function Moment({ at, zone }: { at: string; zone?: string | null }) {
  return (
    <time className="numbers" dateTime={at} data-hint={exactly(at, zone)}>
      {time(at)}
    </time>
  );
}

/** It came later than it happened. */
export function Late({ entry }: { entry: Entry }) {
  if (!entry.late) return null;
  return (
    <span className={classes.sign} data-hint={`Получено позже: ${exactly(entry.received_at)}`}>
      <IconClockExclamation size={14} aria-hidden="true" />
      <span className="unseen">получено позже</span>
    </span>
  );
}
