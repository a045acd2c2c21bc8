import { Alert, Button, Loader, Skeleton, Table, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertTriangle, IconCheck, IconClock, IconPlayerPlay } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { dateTime, ownZone } from '@/shared/format';
import { plural } from '@/shared/plural';
import { zoneWords } from '@/shared/zones';
import { useNow } from '@/shared/useNow';
import block from '@/shared/ui/BlockTable.module.css';
import { Page } from '@/shared/ui/Page';
import { Failed, Nothing } from '@/shared/ui/States';
import { scheduleQuery, useRunNow, type Task } from './api';
import classes from './Schedule.module.css';
import { endOf, stateOf, stateWords, tookWords } from './words';

/** «Что и когда выполняется»: all that happens by time, with how it went and when it goes on. */
export function Schedule() {
  const schedule = useQuery(scheduleQuery);
  const zone = schedule.data?.zone;
  const run = useHandStarted(schedule.data?.items);
  return (
    <Page
      title="Что и когда выполняется"
      tools={
        <Text c="dimmed">
          Всё, что Узел делает по времени. Неудачный запуск повторяется сам.
          {zone && zone !== ownZone && ` Время показано по поясу компании: ${zoneWords(zone)}.`}
        </Text>
      }
    >
      {schedule.isPending ? (
        <Skeleton height={300} m="md" role="status" aria-label="Задачи загружаются" />
      ) : !schedule.data ? (
        <Failed error={schedule.error} again={() => void schedule.refetch()} />
      ) : schedule.data.items.length === 0 ? (
        <Nothing title="Задач нет">Они появятся, когда запустится хотя бы одна копия Узла.</Nothing>
      ) : (
        <>
          <Failures items={schedule.data.items} />
          <Table verticalSpacing={10} horizontalSpacing="md" className={block.table}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Что</Table.Th>
                <Table.Th>Последний запуск</Table.Th>
                <Table.Th>Итог</Table.Th>
                <Table.Th>Следующий запуск</Table.Th>
                <Table.Th>
                  <span className="unseen">Действие</span>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {schedule.data.items.map((task) => (
                <Row key={task.name} task={task} zone={schedule.data.zone} run={run} />
              ))}
            </Table.Tbody>
          </Table>
        </>
      )}
    </Page>
  );
}

/** What has to be looked at, wherever it stands in the table. */
function Failures({ items }: { items: Task[] }) {
  const failed = items.filter((task) => task.outcome === 'failed');
  if (failed.length === 0) return null;
  const title = `Не получилось: ${plural(failed.length, 'задача', 'задачи', 'задач')}. ${failed.length === 1 ? 'Она повторится сама' : 'Они повторятся сами'}`;
  return (
    <Alert m="md" color="red" variant="light" icon={<IconAlertTriangle size={18} />} title={title}>
      <ul className={classes.failures}>
        {failed.map((task) => (
          <li key={task.name}>
            {task.title}: {task.report}
          </li>
        ))}
      </ul>
    </Alert>
  );
}

function Row({ task, zone, run }: { task: Task; zone: string; run: (task: Task) => void }) {
  const now = useNow();
  // The clock of `useNow` may lie behind a task that was made due just now.
  const state = stateOf(task, Math.max(now, Date.now()));
  const isBusy = state === 'running' || state === 'due';
  return (
    <Table.Tr>
      <Table.Td>
        <Text fw={600}>{task.title}</Text>
        <Text size="xs" c="dimmed">
          {task.plan}
        </Text>
      </Table.Td>
      <Table.Td data-label="Последний запуск" className="numbers">
        {task.started_at ? (
          <>
            {dateTime(task.started_at, zone)}
            {!task.is_running && task.duration_ms !== null && (
              <Text size="xs" c="dimmed">
                {tookWords(task.duration_ms)}
              </Text>
            )}
          </>
        ) : (
          '—'
        )}
      </Table.Td>
      <Table.Td data-label="Итог">
        <span className={block.state} data-state={state} role={isBusy ? 'status' : undefined}>
          <Sign state={state} />
          {stateWords(task, Math.max(now, Date.now()))}
        </span>
        {!isBusy && task.report && (
          <Text size="xs" c="dimmed">
            {task.report}
          </Text>
        )}
      </Table.Td>
      <Table.Td data-label="Следующий запуск" className="numbers">
        {isBusy ? '—' : dateTime(task.next_run_at, zone)}
      </Table.Td>
      <Table.Td className={block.act}>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPlayerPlay size={14} />}
          disabled={isBusy}
          onClick={() => run(task)}
          aria-label={`Запустить сейчас: ${task.title}`}
        >
          Запустить сейчас
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}

function Sign({ state }: { state: ReturnType<typeof stateOf> }) {
  switch (state) {
    case 'running':
      return <Loader size={14} />;
    case 'done':
      return <IconCheck size={16} aria-hidden="true" />;
    case 'failed':
    case 'interrupted':
      return <IconAlertTriangle size={16} aria-hidden="true" />;
    case 'due':
    case 'never':
      return <IconClock size={16} aria-hidden="true" />;
  }
}

/** Starts tasks, and tells of those that this person started how they ended. */
function useHandStarted(items: Task[] | undefined): (task: Task) => void {
  const cache = useQueryClient();
  const start = useRunNow();
  const started = useRef(new Map<string, Task>());
  useEffect(() => {
    for (const [name, before] of started.current) {
      const end = endOf(before, items?.find((task) => task.name === name));
      if (!end) continue;
      started.current.delete(name);
      notifications.show({ color: end.ok ? 'green' : 'red', title: before.title, message: end.words });
      // What it has changed is unknown here; screens that are open ask again.
      void cache.invalidateQueries({ predicate: (query) => query.queryKey[0] !== scheduleQuery.queryKey[0] });
    }
  }, [items, cache]);
  return (task) => {
    started.current.set(task.name, task);
    start.mutate(task.name, {
      onError: (error) => {
        started.current.delete(task.name);
        notifications.show({ color: 'red', title: task.title, message: error.message });
      },
    });
  };
}
