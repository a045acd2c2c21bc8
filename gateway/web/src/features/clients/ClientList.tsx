import { Button } from '@mantine/core';
import { IconCalendarDue, IconPlus, IconUsersGroup } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useRight } from '@/shared/me';
import { ButtonLink } from '@/shared/ui/links';
import { Page } from '@/shared/ui/Page';
import { ClientForm } from './ClientForm';
import { Filters } from './Filters';
import { Found } from './Found';
import { Listed } from './Listed';
import type { ClientsSearch } from './search';

const Handovers = lazy(() => import('./Handovers'));

interface ClientListProps {
  search: ClientsSearch;
}

/** «Клиенты»: the list; what is looked for stands in the address. */
export function ClientList({ search }: ClientListProps) {
  const navigate = useNavigate();
  const [creating, setCreating] = useState(false);
  const mayWrite = useRight('clients.write') !== undefined;
  const [showsHandovers, setShowsHandovers] = useState(false);
  const mayTransfer = useRight('clients.transfer') !== undefined;
  const mayJoin = useRight('clients.join') !== undefined;
  const go = (next: Partial<ClientsSearch>) =>
    void navigate({ to: '/clients', search: (before) => ({ ...before, ...next }), replace: true });
  const open = (id: string) => void navigate({ to: '/clients/$clientId', params: { clientId: id } });
  return (
    <Page
      title="Клиенты"
      actions={
        <>
          {mayTransfer && (
            <Button variant="default" leftSection={<IconCalendarDue size={16} />} onClick={() => setShowsHandovers(true)}>
              На время
            </Button>
          )}
          {mayJoin && (
            <ButtonLink to="/clients/similar" variant="default" leftSection={<IconUsersGroup size={16} />}>
              Похожие
            </ButtonLink>
          )}
          {mayWrite && (
            <Button leftSection={<IconPlus size={16} />} onClick={() => setCreating(true)}>
              Новый клиент
            </Button>
          )}
        </>
      }
      tools={<Filters search={search} go={go} />}
    >
      {search.text ? <Found text={search.text} /> : <Listed search={search} go={go} />}
      <Suspense>{showsHandovers && <Handovers onClose={() => setShowsHandovers(false)} />}</Suspense>
      {creating && <ClientForm onClose={() => setCreating(false)} onDone={open} />}
    </Page>
  );
}

