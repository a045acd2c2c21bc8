import { Button, CloseButton, Group, Text } from '@mantine/core';
import { IconPhoneCall } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { api, unwrap, type Schema } from '@/api/client';
import { useDeed } from '@/shared/deed';
import { ago, clientClock, clock, phone } from '@/shared/format';
import { useLiveMessages } from '@/shared/live/context';
import { useRight } from '@/shared/me';
import { useNow } from '@/shared/useNow';
import { recentWords } from '@/shared/words/recent';
import classes from './RingCards.module.css';

type RingCard = Schema<'RingCard'>;

// The first screen need not wait for them.
const CallNote = lazy(() => import('@/shared/ui/CallNote').then((found) => ({ default: found.CallNote })));
const CallResultPicker = lazy(() => import('@/shared/ui/CallResultPicker').then((found) => ({ default: found.CallResultPicker })));

/** How long the card of a call that is over stays: after a talk there is something to write down. */
const STAYS_MS = 8000;
const STAYS_AFTER_TALK_MS = 60_000;

/** Who is calling, over every page: for those whose phone rings. */
export function RingCards() {
  const [calls, setCalls] = useState<string[]>([]);
  const cache = useQueryClient();
  useLiveMessages((message) => {
    if (message.event !== 'interaction' || message.kind !== 'call' || !message.mine) return;
    const id = message.interaction_id;
    void cache.invalidateQueries({ queryKey: ['ring-card', id] });
    setCalls((before) => (before.includes(id) ? before : [...before, id]));
  });
  return (
    <div className={classes.stack} role="region" aria-label="Звонки сейчас" aria-live="assertive">
      {calls.map((id) => (
        <Ringing key={id} id={id} onGone={() => setCalls((before) => before.filter((other) => other !== id))} />
      ))}
    </div>
  );
}

function Ringing({ id, onGone }: { id: string; onGone: () => void }) {
  const { data: card, isError } = useQuery({
    queryKey: ['ring-card', id],
    queryFn: () => unwrap(api.GET('/api/calls/{id}/card', { params: { path: { id } } })),
  });
  const isOver = isError || (card !== undefined && card.state !== 'ringing' && card.state !== 'talking');
  const hasTalked = card?.answered_at != null;
  // A call that was over before anybody saw its card shows none.
  const [wasLive, setWasLive] = useState(false);
  if (card && !isOver && !wasLive) setWasLive(true);
  useEffect(() => {
    if (!isOver) return;
    const timer = setTimeout(onGone, wasLive ? (hasTalked ? STAYS_AFTER_TALK_MS : STAYS_MS) : 0);
    return () => clearTimeout(timer);
  }, [isOver, wasLive, hasTalked, onGone]);
  if (!card || !wasLive) return null;
  return <Card card={card} isOver={isOver} onGone={onGone} />;
}

function Card({ card, isOver, onGone }: { card: RingCard; isOver: boolean; onGone: () => void }) {
  const now = useNow();
  const client = card.clients[0];
  const foreign = card.foreign[0];
  const name = client?.name ?? card.contact?.name ?? foreign?.name ?? (card.number_withheld ? 'Номер скрыт' : 'Неизвестный номер');
  const time = client && clientClock(client.time_zone, now);
  const mayWrite = useRight('clients.write') !== undefined;
  const [written, setWritten] = useState(false);
  const take = useDeed({
    mutationFn: () => unwrap(api.POST('/api/clients/{id}/take', { params: { path: { id: client!.id } } })),
  });
  return (
    <article className={classes.card} data-state={isOver ? 'over' : card.state}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text size="xs" fw={600} className={classes.state}>
          <IconPhoneCall size={16} aria-hidden="true" />
          {card.direction === 'inbound' ? 'Входящий' : 'Исходящий'}
          {card.line && ` · ${phone(card.line)}`}
          {isOver ? ' · завершён' : card.state === 'talking' ? <Timer since={card.answered_at ?? card.started_at} /> : ' · звонит'}
        </Text>
        <CloseButton size="sm" onClick={onGone} aria-label="Скрыть карточку звонка" />
      </Group>
      <Text fw={600} size="lg" className="cut">
        {name}
      </Text>
      {card.contact && card.contact.name !== name && <Text>{card.contact.name}</Text>}
      {card.number && <Text className="numbers">{phone(card.number)}</Text>}
      {time && (
        <Text c={time.isDay ? 'dimmed' : 'var(--late)'}>
          {client?.city && `${client.city}, `}сейчас {time.text}
        </Text>
      )}
      {client?.features && <div className={classes.features}>{client.features}</div>}
      {client && <Text c="dimmed">Ответственный — {client.responsible?.name ?? 'не назначен'}</Text>}
      {foreign && !client && (
        <Text c="dimmed">
          {foreign.inn && `ИНН ${foreign.inn}. `}Ответственный — {foreign.responsible ?? 'не назначен'}
        </Text>
      )}
      {card.recent.length > 0 && (
        <ul className={classes.recent}>
          {card.recent.slice(0, 3).map((entry) => (
            <li key={entry.id} className="cut">
              {ago(entry.occurred_at, now)}: {recentWords(entry)}
            </li>
          ))}
        </ul>
      )}
      {client && mayWrite && card.state !== 'ringing' && (
        <Suspense>
          <CallNote call={card.id} client={client.id} onWritten={() => setWritten(true)} />
          {written && <Text size="sm" c="var(--good)" role="status">Комментарий записан</Text>}
          {isOver && <CallResultPicker call={card.id} />}
        </Suspense>
      )}
      {client && (
        <Group gap="xs" mt={8}>
          <Link to="/clients/$clientId" params={{ clientId: client.id }} className={classes.open} onClick={onGone}>
            Открыть
          </Link>
          {!client.responsible && (
            <Button size="compact-md" variant="default" loading={take.isPending} disabled={take.isSuccess} onClick={() => take.mutate()}>
              {take.isSuccess ? 'Ваш клиент' : 'Взять себе'}
            </Button>
          )}
        </Group>
      )}
    </article>
  );
}

function Timer({ since }: { since: string }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return <span className="numbers" aria-hidden="true"> · {clock((now - Date.parse(since)) / 1000)}</span>;
}
