import { Badge, Button, Card, Group, SimpleGrid, Skeleton, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { dateTime } from '@/shared/format';
import { useRight } from '@/shared/me';
import { Page } from '@/shared/ui/Page';
import { PersonAvatar } from '@/shared/ui/PersonAvatar';
import { Failed, Nothing } from '@/shared/ui/States';
import { proposalsQuery, useDecide, type Proposal } from './api';
import { JoinDialog } from './JoinDialog';
import { evidenceWords, reasonWords } from './texts';

/** «Похожие»: pairs that may be one person, for a person to decide. */
export function Similar() {
  const list = useInfiniteQuery(proposalsQuery);
  const proposals = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page title="Похожие" narrow>
      {list.isPending ? (
        <Skeleton height={160} role="status" aria-label="Загружается" />
      ) : list.isError ? (
        <Failed error={list.error} again={() => void list.refetch()} />
      ) : proposals.length === 0 ? (
        <Nothing title="Похожих нет">
          Сюда попадают два контакта, если события каналов указывают, что это один человек. Само ничего не объединяется.
        </Nothing>
      ) : (
        <Stack gap="md">
          {proposals.map((proposal) => (
            <ProposalCard key={proposal.id} proposal={proposal} />
          ))}
          {list.hasNextPage && (
            <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              Показать ещё
            </Button>
          )}
        </Stack>
      )}
    </Page>
  );
}

/** One pair with why it is one, and what to do with it. */
export function ProposalCard({ proposal }: { proposal: Proposal }) {
  const mayJoin = useRight('clients.join') !== undefined;
  const [joining, setJoining] = useState(false);
  const { reject } = useDecide();
  return (
    <Card withBorder padding="md" component="article" aria-label={`${proposal.first.name} и ${proposal.second.name}`}>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <SideOf side={proposal.first} />
        <SideOf side={proposal.second} />
      </SimpleGrid>
      <Text mt="sm">Почему: {reasonWords(proposal.reason)}.</Text>
      <Group gap={6} mt={6}>
        {proposal.evidence.map((address) => (
          <Badge key={address} variant="default" tt="none" fw={400} size="lg">
            {evidenceWords(address)}
          </Badge>
        ))}
      </Group>
      <Group justify="space-between" mt="md">
        <Text size="xs" c="dimmed">
          Замечено {dateTime(proposal.created_at)}
        </Text>
        {mayJoin && (
          <Group gap="xs">
            <Button
              variant="default"
              loading={reject.isPending}
              onClick={() =>
                reject.mutate(proposal.id, {
                  onSuccess: () => notifications.show({ message: 'Отмечено: это разные люди. Больше не предложим.' }),
                })
              }
            >
              Это разные люди
            </Button>
            <Button onClick={() => setJoining(true)}>Объединить…</Button>
          </Group>
        )}
      </Group>
      {joining && (
        <JoinDialog
          kind="contact"
          first={proposal.first}
          second={proposal.second}
          onClose={() => setJoining(false)}
          onDone={() => setJoining(false)}
        />
      )}
    </Card>
  );
}

function SideOf({ side }: { side: Proposal['first'] }) {
  return (
    <Group wrap="nowrap" align="flex-start">
      <PersonAvatar name={side.name} />
      <div style={{ minWidth: 0 }}>
        <Text fw={600}>{side.name}</Text>
        {side.clients.map((client) => (
          <div key={client.id} className="cut">
            <Link to="/clients/$clientId" params={{ clientId: client.id }} className="link">
              {client.name}
            </Link>
          </div>
        ))}
      </div>
    </Group>
  );
}
