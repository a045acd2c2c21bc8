import { Button, Group, Loader, Skeleton, Table, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertTriangle, IconCheck, IconClock, IconSend } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { colleaguesQuery } from '@/shared/colleagues';
import { dateTime } from '@/shared/format';
import block from '@/shared/ui/BlockTable.module.css';
import { Failed, Nothing } from '@/shared/ui/States';
import { attemptsQuery, mailsQuery, useSendAgain, type Letter } from './api';
import classes from './Mails.module.css';
import type { MailsSearch } from './search';
import { causeWords, OUTCOMES, stateWords } from './words';

/** Letters, the newest first. */
export function MailList({ search }: { search: MailsSearch }) {
  const list = useInfiniteQuery(mailsQuery(search));
  const people = useQuery(colleaguesQuery).data ?? [];
  const letters = list.data?.pages.flatMap((page) => page.items) ?? [];
  if (list.isPending) return <Skeleton height={300} m="md" role="status" aria-label="Письма загружаются" />;
  if (!list.data) return <Failed error={list.error} again={() => void list.refetch()} />;
  if (letters.length === 0) {
    return (
      <Nothing title="Писем нет">
        {search.state
          ? 'Письма в других состояниях скрывает фильтр.'
          : 'Узел пишет администраторам, когда канал или задача требует внимания. Проверьте почту проверочным письмом.'}
      </Nothing>
    );
  }
  return (
    <>
      <Table verticalSpacing={10} horizontalSpacing="md" className={block.table}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Когда</Table.Th>
            <Table.Th>Кому</Table.Th>
            <Table.Th>О чём</Table.Th>
            <Table.Th>Состояние</Table.Th>
            <Table.Th>
              <span className="unseen">Действие</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {letters.map((letter) => (
            <Row key={letter.id} letter={letter} name={people.find((person) => person.id === letter.user_id)?.name} />
          ))}
        </Table.Tbody>
      </Table>
      {list.hasNextPage && (
        <Group justify="center" p="md">
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Показать ещё
          </Button>
        </Group>
      )}
    </>
  );
}

function Row({ letter, name }: { letter: Letter; name?: string }) {
  const [open, setOpen] = useState(false);
  const cause = letter.state === 'sent' ? null : causeWords(letter);
  return (
    <Table.Tr>
      <Table.Td className="numbers">{dateTime(letter.written_at)}</Table.Td>
      <Table.Td className={classes.whom}>
        {name}
        <Text size="xs" c="dimmed">
          {letter.address}
        </Text>
      </Table.Td>
      <Table.Td>
        <Text fw={600}>{letter.subject}</Text>
        <Button size="compact-xs" variant="subtle" ml={-8} onClick={() => setOpen(!open)} aria-expanded={open}>
          {open ? 'Свернуть' : 'Письмо и попытки'}
        </Button>
        {open && (
          <>
            <pre className={classes.words}>{letter.text}</pre>
            <Attempts letter={letter} />
          </>
        )}
      </Table.Td>
      <Table.Td>
        <span className={block.state} data-state={letter.state}>
          <Sign state={letter.state} />
          {stateWords(letter)}
        </span>
        {cause && (
          <Text size="xs" c="dimmed">
            {cause}
          </Text>
        )}
      </Table.Td>
      <Table.Td className={block.act}>{(letter.state === 'failed' || letter.state === 'queued') && <Again letter={letter} />}</Table.Td>
    </Table.Tr>
  );
}

function Again({ letter }: { letter: Letter }) {
  const send = useSendAgain();
  const press = () =>
    send.mutate(letter.id, {
      onError: (error) => notifications.show({ color: 'red', title: 'Письмо не отправлено', message: error.message }),
    });
  const name = letter.state === 'failed' ? 'Отправить снова' : 'Отправить сейчас';
  return (
    <Button
      size="compact-sm"
      variant="default"
      leftSection={<IconSend size={14} />}
      loading={send.isPending}
      onClick={press}
      aria-label={`${name}: ${letter.subject}`}
    >
      {name}
    </Button>
  );
}

function Attempts({ letter }: { letter: Letter }) {
  const attempts = useQuery(attemptsQuery(letter));
  if (attempts.isPending) return <Loader size="xs" type="dots" mt={8} role="status" aria-label="Попытки загружаются" />;
  if (attempts.isError) {
    return (
      <Text size="xs" c="red" role="alert">
        Попытки не загрузились: {attempts.error.message}
      </Text>
    );
  }
  if (attempts.data.length === 0) {
    return (
      <Text size="xs" c="dimmed" mt={8}>
        Попыток ещё не было.
      </Text>
    );
  }
  return (
    <ol className={classes.attempts} aria-label="Попытки">
      {attempts.data.map((attempt) => (
        <li key={attempt.number} className="numbers">
          {dateTime(attempt.finished_at)}: {[OUTCOMES[attempt.outcome], causeWords(attempt)].filter(Boolean).join('. ')}
        </li>
      ))}
    </ol>
  );
}

function Sign({ state }: { state: Letter['state'] }) {
  switch (state) {
    case 'queued':
      return <IconClock size={16} aria-hidden="true" />;
    case 'sending':
      return <Loader size={14} />;
    case 'sent':
      return <IconCheck size={16} aria-hidden="true" />;
    case 'failed':
      return <IconAlertTriangle size={16} aria-hidden="true" />;
  }
}
