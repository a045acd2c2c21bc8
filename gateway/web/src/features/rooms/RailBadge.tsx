import { useQuery } from '@tanstack/react-query';
import { plural } from '@/shared/plural';
import { RailBadge } from '@/shared/ui/RailBadge';
import { roomCountsQuery } from './api';

/** How many rooms have something unread; named ones are told apart. */
export function RoomsBadge() {
  const counts = useQuery(roomCountsQuery).data;
  if (!counts) return null;
  const words = plural(counts.rooms, 'непрочитанный чат', 'непрочитанных чата', 'непрочитанных чатов');
  return <RailBadge count={counts.rooms} words={words} isNamed={counts.mentions > 0} />;
}
