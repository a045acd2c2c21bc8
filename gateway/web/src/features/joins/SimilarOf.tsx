import { Button, Stack, Text } from '@mantine/core';
import { IconArrowsJoin } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schema } from '@/api/client';
import { dateTime } from '@/shared/format';
import { useRight } from '@/shared/me';
import { ClientPicker } from '@/shared/ui/ClientPicker';
import { FormFailure } from '@/shared/ui/States';
import { quoted } from '@/shared/words/quoted';
import { proposalsQuery, useSplit } from './api';
import { JoinDialog, type Joinable } from './JoinDialog';
import { ProposalCard } from './Similar';
import { reasonWords } from './texts';

interface SimilarOfProps {
  client: Joinable;
  joined: Schema<'Joined'>[];
  /** People of the client, whose joins can be taken apart too. */
  people: { name: string; joined: Schema<'Joined'>[] }[];
  onMoved: (survivor: string) => void;
}

/** What was joined into a client, what may be the same, and the way to both. */
export function SimilarOf({ client, joined, people, onMoved }: SimilarOfProps) {
  const mayJoin = useRight('clients.join') !== undefined;
  const list = useInfiniteQuery({ ...proposalsQuery, enabled: mayJoin });
  const [picking, setPicking] = useState(false);
  const [other, setOther] = useState<Joinable>();
  const proposals = (list.data?.pages.flatMap((page) => page.items) ?? []).filter((proposal) =>
    [...proposal.first.clients, ...proposal.second.clients].some((found) => found.id === client.id),
  );
  const hasJoined = joined.length > 0 || people.some((person) => person.joined.length > 0);
  return (
    <Stack gap="sm">
      {joined.map((part) => (
        <JoinedPart key={part.join_id} part={part} mayJoin={mayJoin} />
      ))}
      {people.flatMap((person) =>
        person.joined.map((part) => <JoinedPart key={part.join_id} part={part} into={person.name} mayJoin={mayJoin} />),
      )}
      {proposals.map((proposal) => (
        <ProposalCard key={proposal.id} proposal={proposal} />
      ))}
      {!mayJoin && (
        <Text c="dimmed">
          {hasJoined ? '' : 'Объединённых нет. '}Похожие карточки видит и объединяет тот, у кого есть такое право: спросите руководителя отдела
          или администратора.
        </Text>
      )}
      {mayJoin && list.isSuccess && !hasJoined && proposals.length === 0 && <Text c="dimmed">Объединённых и похожих нет.</Text>}
      <FormFailure error={list.error} />
      {mayJoin && !picking && (
        <Button variant="default" leftSection={<IconArrowsJoin size={16} />} onClick={() => setPicking(true)}>
          Объединить с…
        </Button>
      )}
      {picking && <ClientPicker label="С какой карточкой объединить" autoFocus not={client.id} onPick={setOther} />}
      {other && (
        <JoinDialog
          kind="client"
          first={client}
          second={other}
          onClose={() => setOther(undefined)}
          onDone={(survivor) => {
            setOther(undefined);
            setPicking(false);
            onMoved(survivor);
          }}
        />
      )}
    </Stack>
  );
}

function JoinedPart({ part, into, mayJoin }: { part: Schema<'Joined'>; into?: string; mayJoin: boolean }) {
  const split = useSplit();
  const [sure, setSure] = useState(false);
  return (
    <div>
      <Text>
        {quoted(part.name)}
        {into && ` → ${into}`}
      </Text>
      <Text size="xs" c="dimmed">
        {part.reason === 'person' && part.joined_by ? `объединение: ${part.joined_by}` : reasonWords(part.reason)}, {dateTime(part.joined_at)}
      </Text>
      {mayJoin &&
        (sure ? (
          <Button size="compact-sm" color="red" variant="light" loading={split.isPending} onClick={() => split.mutate(part.join_id)}>
            Разъединить: события вернутся к своим карточкам
          </Button>
        ) : (
          <Button size="compact-sm" variant="subtle" onClick={() => setSure(true)} px={0}>
            Разъединить
          </Button>
        ))}
      <FormFailure error={split.error} />
    </div>
  );
}
