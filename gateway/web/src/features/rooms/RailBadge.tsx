import { useQuery } from '@tanstack/react-query';
import { plural } from '@/shared/plural';
import { roomCountsQuery } from './api';
import classes from './RailBadge.module.css';

/** How many rooms have something unread; named ones are told apart. */
export function RoomsBadge() {
  const counts = useQuery(roomCountsQuery).data;
  if (!counts || counts.rooms === 0) return null;
  return (
    <span className={classes.badge} data-named={counts.mentions > 0 || undefined}>
      <span aria-hidden="true">
        {counts.mentions > 0 ? '@' : ''}
        {counts.rooms}
      </span>
      <span className="unseen">
        {plural(counts.rooms, 'непрочитанный чат', 'непрочитанных чата', 'непрочитанных чатов')}
      </span>
    </span>
  );
}
