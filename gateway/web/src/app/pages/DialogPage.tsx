import { useQuery, useQueryClient } from '@tanstack/react-query';
import { notifications } from '@mantine/notifications';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiError } from '@/api/problem';
import { accountWords } from '@/channels';
import { BridgeMark } from '@/features/bridge/BridgeMark';
import { conversationQuery, knownConversation, type Conversation } from '@/features/conversations/api';
import { RestMenu } from '@/features/conversations/RestMenu';
import { useRead } from '@/features/conversations/useRead';
import { useRest } from '@/features/conversations/useRest';
import { Composer } from '@/features/composer/Composer';
import { WriteBox } from '@/features/composer/WriteBox';
import { takeIn, takeOut, type Entry } from '@/features/timeline/api';
import { ClientThread } from '@/features/timeline/ClientThread';
import { clientQuery } from '@/shared/clients';
import { Failed, Loading, Nothing } from '@/shared/ui/States';
import { ClientContext } from '../ClientContext';
import { subjectOf } from '../dialog';
import { ThreadFrame } from '../ThreadFrame';
import { useBare } from '../useBare';

const route = getRouteApi('/frame/dialogs/$conversationId');

/** A conversation inside of its client's timeline. */
export default function DialogPage() {
  const { conversationId } = route.useParams();
  const cache = useQueryClient();
  // The list has it: the timeline need not wait for the same words again.
  const conversation = useQuery({
    ...conversationQuery(conversationId),
    placeholderData: () => knownConversation(cache, conversationId),
  });
  if (conversation.isPending) return <Loading what="Диалог загружается" />;
  if (isMissing(conversation.error)) {
    return (
      <Nothing title="Такого диалога нет, или он вам не открыт">
        Если ссылку прислал коллега, спросите у него название или ИНН клиента и найдите его поиском (Ctrl+K): там же можно
        запросить доступ.
      </Nothing>
    );
  }
  if (conversation.isError) return <Failed error={conversation.error} again={() => void conversation.refetch()} />;
  return <Dialog key={conversationId} conversation={conversation.data} />;
}

function Dialog({ conversation }: { conversation: Conversation }) {
  const navigate = useNavigate();
  const search = route.useSearch();
  // A person of several companies has one timeline; rows say of which company they are.
  const client = conversation.clients.length === 1 ? conversation.clients[0] : undefined;
  const card = useQuery({ ...clientQuery(client?.id ?? ''), enabled: client !== undefined }).data;
  const [unread] = useState(() =>
    conversation.unread > 0 ? { behind: conversation.read_until, conversation: conversation.id } : undefined,
  );
  const seen = useRead(conversation);
  const rest = useRest();
  const cache = useQueryClient();
  const [quote, setQuote] = useState<Entry>();
  const { isBare, onShown } = useBare();
  const subject = subjectOf(conversation);
  const takeRow = (entry: Entry) => takeIn(cache, subject, entry);
  const account = conversation.account;
  const companies = conversation.clients.filter((company) => company.name !== conversation.contact.name);
  return (
    <ThreadFrame
      isBare={isBare}
      name={conversation.contact.name}
      channel={account?.channel}
      more={[...companies.map((company) => company.name), account && accountWords(account)]
        .concat(conversation.bridged ? 'связан с Telegram руководителя' : null)
        .filter(Boolean)
        .join(' · ')}
      actions={(size) => (
        <>
          <RestMenu conversation={conversation} size={size} />
          <BridgeMark conversation={conversation} size={size} />
        </>
      )}
      features={card?.features}
      back={() => void navigate({ to: '/dialogs', search })}
      composer={
        <WriteBox
          place={conversation.id}
          companies={conversation.clients}
          isQuoting={quote !== undefined}
          onRow={client ? takeRow : toldElsewhere}
          reply={
            <Composer
              contact={conversation.contact.id}
              conversation={conversation.id}
              zone={card?.time_zone}
              quote={quote}
              onQuoteGone={() => setQuote(undefined)}
              onRow={takeRow}
              onRowGone={(id) => takeOut(cache, subject, id)}
              onAside={rest.laid}
            />
          }
        />
      }
      context={(close) => (
        <ClientContext clients={conversation.clients} shown={client?.id} onMoved={() => undefined} onShown={close} />
      )}
    >
      <ClientThread
        subject={subject}
        onReply={setQuote}
        zone={card?.time_zone}
        unread={unread}
        onSeen={seen}
        onShown={onShown}
      />
    </ThreadFrame>
  );
}

/** Of a foreign dialog the hub says no more than of one that never was. */
function isMissing(error: unknown): boolean {
  return error instanceof ApiError && error.problem.status === 404;
}

/** The timeline of a person of several companies does not show what is said about one of them. */
function toldElsewhere(entry: Entry): void {
  notifications.show({
    color: 'green',
    title: 'Комментарий записан',
    message: (
      <Link to="/clients/$clientId" params={{ clientId: entry.client_id! }} search={{ row: entry.id }}>
        Показать в ленте компании
      </Link>
    ),
  });
}
