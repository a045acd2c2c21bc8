import { Button } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import type { ClientStub } from '@/shared/clients';

const AccessDialog = lazy(() => import('./AccessDialog'));

interface AskForAccessProps {
  stub: ClientStub;
  /** The card, where the stub stands in its place. */
  clientId?: string;
}

/** «Запросить доступ» at the stub of a foreign client. One without an id is named by its ИНН; with neither there is nothing to ask by. */
export function AskForAccess({ stub, clientId }: AskForAccessProps) {
  const [asking, setAsking] = useState(false);
  if (!clientId && !stub.inn) return null;
  return (
    <>
      <Button size="compact-md" variant="default" leftSection={<IconKey size={16} />} onClick={() => setAsking(true)} aria-label={`Запросить доступ: ${stub.name}`}>
        Запросить доступ
      </Button>
      <Suspense>{asking && <AccessDialog stub={stub} clientId={clientId} onClose={() => setAsking(false)} />}</Suspense>
    </>
  );
}
