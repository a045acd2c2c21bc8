import { Badge } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { accessCountsQuery } from '@/shared/access';
import { plural } from '@/shared/plural';
import { RailBadge } from '@/shared/ui/RailBadge';
import { requestCountsQuery } from './api';

function useWaiting() {
  const changes = useQuery(requestCountsQuery).data?.waiting ?? 0;
  const access = useQuery(accessCountsQuery).data?.waiting ?? 0;
  return { changes, access };
}

const inWords = (waiting: number) => `${plural(waiting, 'запрос ждёт', 'запроса ждут', 'запросов ждут')} решения`;

/** How many requests to change data wait for the viewer, at the entry of the settings. */
export function RequestsBadge() {
  return <Waiting waiting={useWaiting().changes} />;
}

/** How many requests for access. */
export function AccessBadge() {
  return <Waiting waiting={useWaiting().access} />;
}

function Waiting({ waiting }: { waiting: number }) {
  if (waiting === 0) return null;
  return (
    <Badge size="sm" ml="auto" className="numbers">
      <span aria-hidden="true">{waiting}</span>
      <span className="unseen">{inWords(waiting)}</span>
    </Badge>
  );
}

/** Both, at the rail. */
export function RequestsRailBadge() {
  const { changes, access } = useWaiting();
  return <RailBadge count={changes + access} words={inWords(changes + access)} />;
}
