import { Badge, Button, Card, Group, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { Link, useLocation } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useAnswerAccess, useTakeBack, useWithdrawAccess, type AccessAnswer, type AccessRequest } from '@/shared/access';
import { dateTime } from '@/shared/format';
import { RefuseForm } from '@/shared/ui/RefuseForm';
import { FormFailure } from '@/shared/ui/States';
import { strip } from '@/shared/ui/strip';
import classes from './AccessCard.module.css';

const STATE: Record<AccessRequest['state'], { name: string; color: string }> = {
  open: { name: 'Ждёт решения', color: 'blue' },
  granted: { name: 'Доступ открыт', color: 'green' },
  refused: { name: 'Отказано', color: 'red' },
  withdrawn: { name: 'Отозвано', color: 'gray' },
};

const TERMS: { answer: AccessAnswer['answer']; name: string }[] = [
  { answer: 'day', name: 'на сутки' },
  { answer: 'week', name: 'на 7 дней' },
  { answer: 'forever', name: 'без срока' },
];

/** One request: whose client, who asks and why, what came of it. */
export function AccessCard({ request, decides = false }: { request: AccessRequest; decides?: boolean }) {
  const { client, client_id, state } = request;
  const shown = request.is_over ? { name: 'Доступ закончился', color: 'gray' } : STATE[state];
  const card = useLedTo(request.id);
  return (
    <Card ref={card} tabIndex={-1} withBorder padding="md" component="article" aria-label={`Доступ: ${client.name}`}>
      <Stack gap="xs">
        <Group justify="space-between" gap="xs" align="flex-start">
          <Text fw={600} className={classes.words}>
            {client_id ? (
              <Link to="/clients/$clientId" params={{ clientId: client_id }} className="link">
                {client.name}
              </Link>
            ) : (
              client.name
            )}
          </Text>
          <Badge variant="light" color={shown.color} tt="none">
            {shown.name}
          </Badge>
        </Group>
        <Text size="sm" c="dimmed">
          {client.inn && <span className="numbers">ИНН {client.inn}. </span>}Ответственный — {client.responsible ?? 'не назначен'}
        </Text>
        <Text size="sm" className={classes.words}>
          {request.reason}
        </Text>
        <Text size="xs" c="dimmed">
          {request.author.name}, {dateTime(request.created_at)}
        </Text>
        {request.decided_by && request.decided_at && (
          <Text size="sm" className={classes.words}>
            {STATE[state].name}: {request.decided_by.name}, {dateTime(request.decided_at)}
            {state === 'granted' && (request.ends_at ? `. Срок — до ${dateTime(request.ends_at)}` : '. Без срока')}
            {request.comment && `. Причина: ${request.comment}`}
          </Text>
        )}
        {state === 'open' && (decides ? <Decide request={request} /> : <Withdraw id={request.id} />)}
      </Stack>
    </Card>
  );
}

/** A notice leads to one request: its card takes the focus when it is there. */
function useLedTo(id: string) {
  const isMeant = useLocation({ select: ({ hash }) => hash === id });
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    if (isMeant) card.current?.focus();
  }, [isMeant]);
  return card;
}

function Decide({ request }: { request: AccessRequest }) {
  const answer = useAnswerAccess(request.id);
  const [refusing, setRefusing] = useState(false);
  const { revision } = request;
  const takeBack = useTakeBack();
  const tell = (decided: AccessRequest) => {
    const client = decided.client_id;
    // By a promise: the card may be off the screen by then.
    const undo = () =>
      void takeBack.mutateAsync({ client: client!, user: request.author.id }).then(
        () => notifications.show({ message: `Доступ снова закрыт: ${request.author.name}` }),
        (error: Error) => notifications.show({ color: 'red', title: 'Доступ остался открыт', message: error.message }),
      );
    strip({ words: `Доступ открыт: ${request.author.name}`, color: 'green', button: client ? { name: 'Закрыть снова', press: undo } : undefined });
  };
  const refuse = (comment: string) =>
    answer.mutate({ answer: 'refuse', revision, comment }, { onSuccess: () => notifications.show({ message: 'В доступе отказано' }) });
  const open = (term: AccessAnswer['answer']) =>
    answer.mutate(
      { answer: term, revision },
      { onSuccess: tell },
    );
  return (
    <>
      <FormFailure error={answer.error} />
      {refusing ? (
        <RefuseForm action="Отказать" isPending={answer.isPending} onRefuse={refuse} onCancel={() => setRefusing(false)} />
      ) : (
        <Group gap="xs" role="group" aria-label="Открыть доступ">
          <Text size="sm">Открыть:</Text>
          {TERMS.map((term) => (
            <Button
              key={term.answer}
              variant="default"
              disabled={answer.isPending}
              onClick={() => open(term.answer)}
            >
              {term.name}
            </Button>
          ))}
          <Button variant="default" onClick={() => setRefusing(true)}>
            Отказать…
          </Button>
        </Group>
      )}
    </>
  );
}

function Withdraw({ id }: { id: string }) {
  const withdraw = useWithdrawAccess(id);
  return (
    <>
      <FormFailure error={withdraw.error} />
      <Group>
        <Button size="compact-md" variant="default" loading={withdraw.isPending} onClick={() => withdraw.mutate()}>
          Отозвать
        </Button>
      </Group>
    </>
  );
}
