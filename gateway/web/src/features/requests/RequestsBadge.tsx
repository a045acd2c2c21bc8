import { Badge } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { plural } from '@/shared/plural';
import { RailBadge } from '@/shared/ui/RailBadge';
import { requestCountsQuery } from './api';

function useWaiting() {
  const waiting = useQuery(requestCountsQuery).data?.waiting ?? 0;
  return { waiting, words: `${plural(waiting, 'запрос ждёт', 'запроса ждут', 'запросов ждут')} решения` };
}

/** How many requests wait for the viewer, at the entry of the settings. */
export function RequestsBadge() {
  const { waiting, words } = useWaiting();
  if (waiting === 0) return null;
  return (
    <Badge size="sm" ml="auto" className="numbers">
      <span aria-hidden="true">{waiting}</span>
      <span className="unseen">{words}</span>
    </Badge>
  );
}

/** The same, at the rail. */
export function RequestsRailBadge() {
  const { waiting, words } = useWaiting();
  return <RailBadge count={waiting} words={words} />;
}
