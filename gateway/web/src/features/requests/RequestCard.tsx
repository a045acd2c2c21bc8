import { Alert, Badge, Button, Card, Group, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { REQUEST_FIELD, type ChangeRequest } from '@/shared/changeRequests';
import { dateTime } from '@/shared/format';
import { plural } from '@/shared/plural';
import { RefuseForm } from '@/shared/ui/RefuseForm';
import { FormFailure } from '@/shared/ui/States';
import { useAnswer, useWithdraw } from './api';
import classes from './RequestCard.module.css';

const STATE: Record<ChangeRequest['state'], { name: string; color: string }> = {
  open: { name: 'Ждёт решения', color: 'blue' },
  approved: { name: 'Одобрено', color: 'green' },
  refused: { name: 'Отклонено', color: 'red' },
  withdrawn: { name: 'Отозвано', color: 'gray' },
};

/** One request: both values, why, and what came of it. */
export function RequestCard({ request, decides = false }: { request: ChangeRequest; decides?: boolean }) {
  const isOpen = request.state === 'open';
  const isChanged = isOpen && request.current_value !== request.old_value;
  return (
    <Card withBorder padding="md" component="article" aria-label={`${REQUEST_FIELD[request.field]}: ${request.subject ?? 'клиент'}`}>
      <Stack gap="xs">
        <Group justify="space-between" gap="xs" align="flex-start">
          <Text fw={600} className={classes.subject}>
            <Subject request={request} />
          </Text>
          <Badge variant="light" color={STATE[request.state].color} tt="none">
            {STATE[request.state].name}
          </Badge>
        </Group>
        {request.subject === null ? (
          <Text size="sm" c="dimmed">
            Вы больше не ведёте этого клиента: значения скрыты.
          </Text>
        ) : (
          <dl className={classes.values}>
            <dt>{REQUEST_FIELD[request.field]}</dt>
            <dd>
              <del>{request.old_value ?? 'пусто'}</del> → <ins>{request.new_value ?? 'убрать'}</ins>
            </dd>
          </dl>
        )}
        <Text size="sm" className={classes.said}>
          {request.reason}
        </Text>
        <Text size="xs" c="dimmed">
          {request.author.name}, {dateTime(request.created_at)}
        </Text>
        {decides && isOpen && request.author_lost_access && (
          <Text size="sm">Автор больше не ведёт этого клиента.</Text>
        )}
        {decides && request.rivals > 0 && (
          <Text size="sm">
            По этому полю есть ещё {plural(request.rivals, 'запрос', 'запроса', 'запросов')}: одобрение одного
            меняет значение для других.
          </Text>
        )}
        {decides && isChanged && (
          <Alert color="yellow" title="Значение тем временем изменилось">
            Сейчас: {request.current_value ?? 'пусто'}. Одобряя, вы замените его на новое.
          </Alert>
        )}
        {request.decided_by && request.decided_at && (
          <Text size="sm" className={classes.said}>
            {STATE[request.state].name}: {request.decided_by.name}, {dateTime(request.decided_at)}
            {request.comment && `. Причина: ${request.comment}`}
          </Text>
        )}
        {isOpen && (decides ? <Decide request={request} /> : <Withdraw request={request} />)}
      </Stack>
    </Card>
  );
}

function Subject({ request }: { request: ChangeRequest }) {
  const name = request.subject ?? 'Клиент другого менеджера';
  if (!request.client_id) return name;
  return (
    <Link to="/clients/$clientId" params={{ clientId: request.client_id }} className="link">
      {name}
    </Link>
  );
}

function Decide({ request }: { request: ChangeRequest }) {
  const answer = useAnswer();
  const [refusing, setRefusing] = useState(false);
  const { id, revision } = request;
  const refuse = (comment: string) =>
    answer.mutate({ id, revision, comment }, { onSuccess: () => notifications.show({ message: 'Запрос отклонён' }) });
  const approve = () =>
    answer.mutate({ id, revision }, { onSuccess: () => notifications.show({ color: 'green', message: 'Значение изменено' }) });
  return (
    <>
      <FormFailure error={answer.error} />
      {refusing ? (
        <RefuseForm action="Отклонить" isPending={answer.isPending} onRefuse={refuse} onCancel={() => setRefusing(false)} />
      ) : (
        <Group gap="xs">
          <Button loading={answer.isPending} onClick={approve}>
            Одобрить
          </Button>
          <Button variant="default" onClick={() => setRefusing(true)}>
            Отклонить…
          </Button>
        </Group>
      )}
    </>
  );
}

function Withdraw({ request }: { request: ChangeRequest }) {
  const withdraw = useWithdraw();
  return (
    <>
      <FormFailure error={withdraw.error} />
      <Group>
        <Button size="compact-md" variant="default" loading={withdraw.isPending} onClick={() => withdraw.mutate(request.id)}>
          Отозвать
        </Button>
      </Group>
    </>
  );
}
