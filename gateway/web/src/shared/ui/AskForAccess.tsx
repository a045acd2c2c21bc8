import { Button, Text } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { mayBeAskedFor, openRequestFor, ownAccessQuery } from '@/shared/access';
import type { ClientStub } from '@/shared/clients';
import { dateTime, dayNumber, time } from '@/shared/format';
import { useNow } from '@/shared/useNow';

const AccessDialog = lazy(() => import('./AccessDialog'));

interface AskForAccessProps {
  stub: ClientStub;
  /** The card, where the stub stands in its place. */
  clientId?: string;
}

/** «Запросить доступ» at the stub of a foreign client. One without an id is named by what it shows. */
export function AskForAccess({ stub, clientId }: AskForAccessProps) {
  const [asking, setAsking] = useState(false);
  const now = useNow();
  const own = useInfiniteQuery(ownAccessQuery).data?.pages.flatMap((page) => page.items);
  const waiting = openRequestFor(stub, own ?? []);
  if (!mayBeAskedFor(stub, clientId)) return null;
  if (waiting) {
    const isToday = dayNumber(waiting.created_at) === dayNumber(now);
    return (
      <Text size="sm" c="dimmed" className="numbers" role="status">
        Запрос ждёт решения с {isToday ? time(waiting.created_at) : dateTime(waiting.created_at)}
      </Text>
    );
  }
  return (
    <>
      <Button size="compact-md" variant="default" leftSection={<IconKey size={16} />} onClick={() => setAsking(true)} aria-label={`Запросить доступ: ${stub.name}`}>
        Запросить доступ
      </Button>
      <Suspense>{asking && <AccessDialog stub={stub} clientId={clientId} onClose={() => setAsking(false)} />}</Suspense>
    </>
  );
}
