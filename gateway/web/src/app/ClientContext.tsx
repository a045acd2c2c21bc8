import { SegmentedControl, Text } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import type { Schema } from '@/api/client';
import { ContextPane } from '@/features/clients/ContextPane';
import { SimilarOf } from '@/features/joins/SimilarOf';
import { CHOICE_KEY, NO_CHOICE, type Chip, type Choice } from '@/features/timeline/filter';
import { clientQuery } from '@/shared/clients';
import { peopleQuery } from '@/shared/contacts';
import { useRight } from '@/shared/me';
import { Failed, Loading, Nothing } from '@/shared/ui/States';
import { Stub } from '@/shared/ui/Stub';
import { foreignOf } from './foreign';

const ClientTasks = lazy(() => import('@/features/tasks/ClientTasks'));

interface ClientContextProps {
  /** Companies of the person; one of them is looked at. */
  clients: Pick<Schema<'ContactClient'>, 'id' | 'name'>[];
  /** The one whose timeline is beside. */
  shown?: string;
  /** The card was joined into another one. */
  onMoved: (client: string) => void;
  /** A counter has opened its list. */
  onShown: () => void;
}

/** The card of a client beside its timeline. */
export function ClientContext({ clients, shown, onMoved, onShown }: ClientContextProps) {
  const [chosen, setChosen] = useState(clients[0]?.id);
  const id = clients.some((client) => client.id === chosen) ? chosen : clients[0]?.id;
  if (!id) return <Nothing title="Без компании">Этот человек не связан ни с одной карточкой, которую вы видите.</Nothing>;
  return (
    <>
      {clients.length > 1 && (
        <div style={{ padding: '12px 16px 0' }}>
          <Text size="xs" c="dimmed" mb={4}>
            Человек действует за несколько компаний
          </Text>
          <SegmentedControl
            fullWidth
            orientation={clients.length > 2 ? 'vertical' : 'horizontal'}
            aria-label="Компания"
            data={clients.map((client) => ({ value: client.id, label: client.name }))}
            value={id}
            onChange={setChosen}
          />
        </div>
      )}
      <CardOf key={id} id={id} isShown={id === shown} onMoved={onMoved} onShown={onShown} />
    </>
  );
}

interface CardOfProps extends Pick<ClientContextProps, 'onMoved' | 'onShown'> {
  id: string;
  isShown: boolean;
}

function CardOf({ id, isShown, onMoved, onShown }: CardOfProps) {
  const show = useShow(id, isShown, onShown);
  const card = useQuery(clientQuery(id));
  const people = useQuery(peopleQuery(id)).data?.items ?? [];
  const hasTasks = useRight('tasks.use') !== undefined;
  if (card.isPending) return <Loading what="Карточка загружается" />;
  if (card.isError) {
    const stub = foreignOf(card.error);
    return stub ? <Stub stub={stub} clientId={id} /> : <Failed error={card.error} again={() => void card.refetch()} />;
  }
  return (
    <ContextPane
      card={card.data}
      important={hasTasks && <Suspense><ClientTasks client={card.data} /></Suspense>}
      onShow={show}
      similar={<SimilarOf client={card.data} joined={card.data.joined} people={people} onMoved={onMoved} />}
    />
  );
}

/** Opens the rows of one kind: in the timeline beside, else in the client's own. */
function useShow(client: string, isShown: boolean, onShown: () => void): (chip: Chip) => void {
  const navigate = useNavigate();
  const [, choose] = useLocalStorage<Choice>({ key: CHOICE_KEY, defaultValue: NO_CHOICE, getInitialValueInEffect: false });
  return (chip) => {
    choose({ chip, period: 'any', asked: Date.now() });
    if (!isShown) void navigate({ to: '/clients/$clientId', params: { clientId: client } });
    onShown();
  };
}
