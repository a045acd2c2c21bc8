import type { ReactNode } from 'react';
import { dayName } from '@/shared/format';
import { useNow } from '@/shared/useNow';
import classes from './LogMarks.module.css';

/** Above the oldest row of a log. */
export function StartMark({ children }: { children: ReactNode }) {
  return <div className={classes.start}>{children}</div>;
}

/** Between the rows of two days. */
export function DayMark({ at }: { at: string }) {
  const now = useNow();
  return (
    <div className={classes.day} role="separator">
      <span>{dayName(at, now)}</span>
    </div>
  );
}

/** Above the first row that the reader has not seen. */
export function UnreadMark() {
  return (
    <div className={classes.unread} role="separator">
      Новые сообщения
    </div>
  );
}
