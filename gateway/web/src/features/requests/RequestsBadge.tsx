import { Badge } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { plural } from '@/shared/plural';
import { requestCountsQuery } from './api';

/** How many requests wait for the viewer. */
export function RequestsBadge() {
  const waiting = useQuery(requestCountsQuery).data?.waiting ?? 0;
  if (waiting === 0) return null;
  return (
    <Badge size="sm" ml="auto" className="numbers">
      <span aria-hidden="true">{waiting}</span>
      <span className="unseen">{plural(waiting, 'запрос ждёт', 'запроса ждут', 'запросов ждут')} решения</span>
    </Badge>
  );
}
