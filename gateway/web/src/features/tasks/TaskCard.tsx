import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schema } from '@/api/client';
import { useCompanyZone } from '@/shared/companyZone';
import { dateTime } from '@/shared/format';
import { dueWords, TASK_KINDS, taskHistoryQuery, taskQuery, type Task } from '@/shared/tasks';
import { Failed, Loading } from '@/shared/ui/States';
import { quoted } from '@/shared/words/quoted';
import { ClientOf, CloseForm, Term } from './TaskItem';
import classes from './Tasks.module.css';
import { useActs } from './useActs';

interface TaskCardProps {
  id: string;
  onEdit: (task: Task) => void;
  onClose: () => void;
}

/** A task whole: its words, every closing, and who changed what. */
export function TaskCard({ id, onEdit, onClose }: TaskCardProps) {
  const task = useQuery(taskQuery(id));
  return (
    <Modal opened onClose={onClose} size="lg" title={task.data?.title ?? 'Задача'}>
      {task.isPending ? (
        <Loading what="Задача загружается" />
      ) : task.isError ? (
        <Failed error={task.error} again={() => void task.refetch()} />
      ) : (
        <Whole task={task.data} onEdit={onEdit} onClose={onClose} />
      )}
    </Modal>
  );
}

function Whole({ task, onEdit, onClose }: Omit<TaskCardProps, 'id'> & { task: Task }) {
  const acts = useActs();
  const [isClosing, setClosing] = useState(false);
  const result = task.closed_at && task.closings.at(-1)?.result;
  return (
    <Stack gap="sm">
      <div className={classes.more}>
        <span>{TASK_KINDS[task.kind]}</span>
        <Term task={task} />
        <ClientOf task={task} />
      </div>
      <Text size="sm">
        Поставил: {task.author.name}, {dateTime(task.created_at)}. Ответственный: {task.responsible.name}.
      </Text>
      {task.text && <Text className={classes.text}>{task.text}</Text>}
      {result && (
        <Text size="sm" className={classes.text}>
          Результат: {result}
        </Text>
      )}
      {isClosing ? (
        <CloseForm
          isPending={acts.isClosing}
          onClose={(words) => void acts.close(task, words).then((isClosed) => isClosed && onClose())}
          onCancel={() => setClosing(false)}
        />
      ) : (
        <Group gap="xs">
          {task.closed_at ? (
            !task.client_hidden && (
              <Button variant="default" onClick={() => void acts.reopen(task)}>
                Открыть снова
              </Button>
            )
          ) : (
            <>
              <Button onClick={() => setClosing(true)}>Закрыть…</Button>
              <Button
                variant="default"
                onClick={() => {
                  onClose();
                  onEdit(task);
                }}
              >
                Изменить
              </Button>
            </>
          )}
        </Group>
      )}
      <Steps task={task} />
    </Stack>
  );
}

const STEPS: Record<Schema<'TaskStep'>, string> = {
  created: 'поставлена',
  edited: 'изменена',
  closed: 'закрыта',
  reopened: 'открыта снова',
  handed_over: 'передана вместе с клиентом',
};

function Steps({ task }: { task: Task }) {
  const steps = useQuery(taskHistoryQuery(task.id));
  const zone = useCompanyZone();
  if (task.client_hidden) return null;
  if (!steps.data) return steps.isError ? <Failed error={steps.error} again={() => void steps.refetch()} /> : null;
  let closed = 0;
  const words = (step: Schema<'TaskChanged'>) => {
    const result = step.step === 'closed' ? task.closings[closed++]?.result : undefined;
    return [STEPS[step.step], ...changesOf(step, zone), result && quoted(result)].filter(Boolean).join(', ');
  };
  return (
    <section aria-label="История задачи">
      <Text size="sm" fw={600} mb={6}>
        История
      </Text>
      <ol className={classes.steps}>
        {steps.data.map((step, index) => (
          <li key={index}>
            <span className="numbers soft">{dateTime(step.at)}</span> {step.actor}: {words(step)}
          </li>
        ))}
      </ol>
    </section>
  );
}

function changesOf({ step, due_before, due, responsible_before, responsible }: Schema<'TaskChanged'>, zone: string): string[] {
  if (step === 'created') return [];
  const exact = (term: Schema<'TaskDue'> | null) => (term ? dueWords(term, 0, zone, true) : '');
  return [
    due && `срок ${exact(due_before)} → ${exact(due)}`,
    responsible && `ответственный ${responsible_before} → ${responsible}`,
  ].filter((words): words is string => !!words);
}
