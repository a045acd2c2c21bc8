import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate, useRouter } from '@tanstack/react-router';
import { useDocumentTitle } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { Composer } from '@/features/composer/Composer';
import { WriteBox } from '@/features/composer/WriteBox';
import { useRead } from '@/features/conversations/useRead';
import { useRest } from '@/features/conversations/useRest';
import { takeIn, takeOut, type Entry } from '@/features/timeline/api';
import { ClientThread } from '@/features/timeline/ClientThread';
import { clientQuery } from '@/shared/clients';
import { peopleQuery } from '@/shared/contacts';
import { Failed, Loading } from '@/shared/ui/States';
import { Stub } from '@/shared/ui/Stub';
import { ClientContext } from '../ClientContext';
import { foreignOf } from '../foreign';
import { ThreadFrame } from '../ThreadFrame';
import { useBare } from '../useBare';

const route = getRouteApi('/frame/clients/$clientId');

/** A client: the timeline and the card. */
export default function ClientPage() {
  const { clientId } = route.useParams();
  const { row } = route.useSearch();
  const navigate = useNavigate();
  const router = useRouter();
  const card = useQuery(clientQuery(clientId));
  const id = card.data?.id;
  const people = useQuery({ ...peopleQuery(id ?? ''), enabled: id !== undefined }).data;
  const cache = useQueryClient();
  const [quote, setQuote] = useState<Entry>();
  const { isBare, onShown } = useBare();
  const rest = useRest();
  const seen = useRead();
  useDocumentTitle(`${card.data?.name ?? 'Клиент'} · Узел`);
  const open = (client: string) =>
    void navigate({ to: '/clients/$clientId', params: { clientId: client }, search: {}, replace: true });
  useEffect(() => {
    // A joined card answers with the one that it was joined into.
    if (id && id !== clientId) {
      void navigate({ to: '/clients/$clientId', params: { clientId: id }, search: { row }, replace: true });
    }
  }, [id, clientId, navigate, row]);
  if (card.isPending) return <Loading what="Клиент загружается" />;
  if (card.isError) {
    const stub = foreignOf(card.error);
    return stub ? <Stub stub={stub} clientId={clientId} /> : <Failed error={card.error} again={() => void card.refetch()} />;
  }
  const { name, inn, city, features, time_zone } = card.data;
  const takeRow = (entry: Entry) => takeIn(cache, { kind: 'client', id: card.data.id }, entry);
  const person = people?.items[0];
  const back = () => (router.history.canGoBack() ? router.history.back() : void navigate({ to: '/clients' }));
  return (
    <ThreadFrame
      isBare={isBare}
      name={name}
      more={[inn && `ИНН ${inn}`, city].filter(Boolean).join(' · ')}
      features={features}
      back={back}
      composer={
        <WriteBox
          place={card.data.id}
          companies={[card.data]}
          isQuoting={quote !== undefined}
          onRow={takeRow}
          reply={
            person && (
              <Composer
                key={quote?.contact?.id ?? person.id}
                contact={quote?.contact?.id ?? person.id}
                contactName={quote?.contact?.name ?? person.name}
                conversation={quote?.conversation_id ?? undefined}
                zone={time_zone}
                quote={quote}
                onQuoteGone={() => setQuote(undefined)}
                onRow={takeRow}
                onRowGone={(id) => takeOut(cache, { kind: 'client', id: card.data.id }, id)}
                onAside={rest.laid}
              />
            )
          }
        />
      }
      context={(close) => <ClientContext clients={[card.data]} shown={card.data.id} onMoved={open} onShown={close} />}
    >
      <ClientThread key={card.data.id} subject={{ kind: 'client', id: card.data.id }} zone={time_zone} row={row} onSeen={seen} onReply={setQuote} onShown={onShown} />
    </ThreadFrame>
  );
}
