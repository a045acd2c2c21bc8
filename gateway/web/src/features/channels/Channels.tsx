import { Badge, Group, SimpleGrid, Skeleton, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { channelLook } from '@/channels';
import { accountsQuery, type Account } from '@/shared/accounts';
import { dateTime, number } from '@/shared/format';
import { channelsQuery, lightOf } from '@/shared/light';
import { Light } from '@/shared/ui/Light';
import { ButtonLink, CardLink } from '@/shared/ui/links';
import { Page } from '@/shared/ui/Page';
import { Failed, Nothing } from '@/shared/ui/States';

/** «Каналы»: how each is and why. */
export function Channels() {
  const accounts = useQuery(accountsQuery);
  const connect = (
    <ButtonLink to="/settings/channels/new" leftSection={<IconPlus size={16} />}>
      Подключить канал
    </ButtonLink>
  );
  return (
    <Page title="Каналы" actions={accounts.data?.length ? connect : undefined}>
      <div style={{ padding: 20 }}>
        {accounts.isPending ? (
          <Skeleton height={140} role="status" aria-label="Каналы загружаются" />
        ) : accounts.isError ? (
          <Failed error={accounts.error} again={() => void accounts.refetch()} />
        ) : accounts.data.length === 0 ? (
          <Nothing title="Каналов пока нет" action={connect}>
            Подключите WhatsApp, телефонию, Telegram или SMS: обращения клиентов лягут на одну ленту.
          </Nothing>
        ) : (
          <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }}>
            {accounts.data.map((account) => (
              <AccountCard key={account.id} account={account} />
            ))}
          </SimpleGrid>
        )}
      </div>
    </Page>
  );
}

function AccountCard({ account }: { account: Account }) {
  const look = channelLook(account.channel);
  const health = useQuery(channelsQuery).data?.find((channel) => channel.id === account.id);
  const light = lightOf(health, account);
  return (
    <CardLink
      withBorder
      padding="md"
      to="/settings/channels/$accountId"
      params={{ accountId: account.id }}
      style={{ color: 'inherit', textDecoration: 'none' }}
    >
      <Group gap={10} wrap="nowrap">
        <look.icon size={22} color={`light-dark(${look.color}, currentColor)`} aria-hidden="true" style={{ flex: 'none' }} />
        <Text fw={600} className="cut" title={account.name}>
          {account.name}
        </Text>
      </Group>
      <Badge variant="default" tt="none" mt={8} leftSection={<Light light={light} />} style={{ alignSelf: 'flex-start' }}>
        {light.word}
      </Badge>
      <Text size="xs" c="dimmed" mt={8}>
        {light.cause}
      </Text>
      <Text size="xs" c="dimmed" className="numbers">
        Сегодня событий: {number(account.received_today)}
        {account.last_received_at && ` · последнее ${dateTime(account.last_received_at)}`}
      </Text>
      {account.notices > 0 && (
        <Text size="xs" mt={4}>
          Сообщений провайдера: {account.notices}
        </Text>
      )}
    </CardLink>
  );
}
