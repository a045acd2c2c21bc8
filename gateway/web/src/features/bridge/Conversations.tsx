import { Loader, Stack, Switch, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { channelLook } from '@/channels';
import { ClientPicker } from '@/shared/ui/ClientPicker';
import { FormFailure } from '@/shared/ui/States';
import { clientDialogsQuery, useSetConversationBridged, type BridgeSetup } from './api';
import { stateOf } from './texts';

/** Which conversations with clients are shown in the group, and a search for more of them. */
export function Conversations({ setup }: { setup: BridgeSetup }) {
  const set = useSetConversationBridged();
  const [client, setClient] = useState<{ id: string; name: string }>();
  const known = setup.conversations.filter((conversation) => conversation.enabled || conversation.waiting > 0);
  return (
    <section>
      <Title order={2} mb="xs">
        Какие клиенты видны в группе
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        В теме клиента видно всё, что он пишет с этого момента, ответы коллег и звонки. Ответ в теме уходит клиенту. Строка,
        которая начинается с «//», клиенту не уходит.
      </Text>
      <Stack gap="sm">
        {known.map((conversation) => (
          <Switch
            key={conversation.conversation_id}
            label={
              conversation.name ? (
                <Link to="/dialogs/$conversationId" params={{ conversationId: conversation.conversation_id }} className="link">
                  {conversation.name}
                </Link>
              ) : (
                'Диалог, который вам не виден'
              )
            }
            description={stateOf(conversation)}
            checked={conversation.enabled}
            onChange={(event) => set.mutate({ conversation: conversation.conversation_id, enabled: event.currentTarget.checked })}
          />
        ))}
        <ClientPicker label="Добавить диалог с клиентом" onPick={setClient} />
        {client && <Dialogs client={client} setup={setup} />}
      </Stack>
      <FormFailure error={set.error} />
    </section>
  );
}

/** The conversations of the client that was found. */
function Dialogs({ client, setup }: { client: { id: string; name: string }; setup: BridgeSetup }) {
  const dialogs = useQuery(clientDialogsQuery(client.id));
  const set = useSetConversationBridged();
  if (dialogs.isPending) return <Loader size="sm" aria-label="Диалоги загружаются" />;
  if (dialogs.isError) return <FormFailure error={dialogs.error} />;
  const bridged = new Set(setup.conversations.filter((known) => known.enabled).map((known) => known.conversation_id));
  return (
    <Stack gap="xs" role="group" aria-label={`Диалоги: ${client.name}`}>
      <Text size="sm" fw={600}>
        {client.name}
      </Text>
      {dialogs.data.length === 0 && (
        <Text size="sm" c="dimmed">
          С этим клиентом ещё нет переписки: показать можно только начатый диалог.
        </Text>
      )}
      {dialogs.data.map((dialog) => (
        <Switch
          key={dialog.id}
          label={[dialog.account ? `${channelLook(dialog.account.channel).name}: ${dialog.account.name}` : 'Диалог', dialog.contact.name].join(' · ')}
          checked={bridged.has(dialog.id)}
          onChange={(event) => set.mutate({ conversation: dialog.id, enabled: event.currentTarget.checked })}
        />
      ))}
      <FormFailure error={set.error} />
    </Stack>
  );
}
