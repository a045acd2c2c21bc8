import { Alert, Button, Group, Modal, SegmentedControl, Select, Stack, Text, TextInput, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { ApiError } from '@/api/problem';
import { colleaguesQuery } from '../colleagues';
import { elsewhere, useCompanyZone } from '../companyZone';
import { dateTime, time } from '../format';
import { useMe } from '../me';
import { dayAhead, momentOf, wallOf } from '../plan';
import { dueWords, TASK_KINDS, taskQuery, useEditTask, useSetTask, type Task, type TaskDue, type TaskEdit, type TaskKind } from '../tasks';
import { usePressId } from '../usePressId';
import { ClientPicker } from './ClientPicker';
import { DayField } from './DayField';
import { FormFailure } from './States';

/** What a new task begins with. */
export interface TaskStart {
  kind?: TaskKind;
  title?: string;
  client?: { id: string; name?: string };
  /** The row of a timeline from which it comes. */
  row?: string;
}

interface TaskFormProps {
  /** The one to change; a new one where there is none. */
  task?: Task;
  start?: TaskStart;
  onClose: () => void;
}

/** A task in a dialog: what, for whom, by when. */
export default function TaskForm({ task, start = {}, onClose }: TaskFormProps) {
  const me = useMe();
  const zone = useCompanyZone();
  const set = useSetTask();
  const edit = useEditTask();
  const colleagues = useQuery(colleaguesQuery).data ?? [];
  const press = usePressId();
  const [title, setTitle] = useState(task?.title ?? start.title ?? '');
  const [text, setText] = useState(task?.text ?? '');
  const [kind, setKind] = useState<TaskKind>(task?.kind ?? start.kind ?? 'other');
  const [responsible, setResponsible] = useState(task?.responsible.id ?? me.id);
  const [client, setClient] = useState(task?.client ?? start.client);
  const [due, setDue] = useState(() => fieldsOf(task?.due, zone));
  const chosen = dueOf(due, zone);
  const failure = set.error ?? edit.error;
  const done = (words: string) => () => {
    notifications.show({ color: 'green', message: words });
    onClose();
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!chosen || !title.trim()) return;
    const values = { title: title.trim(), text: text.trim() || null, kind, responsible_id: responsible, due: chosen };
    if (task) {
      const changes = differences(task, values, zone);
      if (Object.keys(changes).length === 0) return onClose();
      return edit.mutate({ id: task.id, ...changes }, { onSuccess: done('Задача изменена') });
    }
    const wanted = { ...values, client_id: client?.id, interaction_id: start.row };
    const content = JSON.stringify(wanted);
    set.mutate(
      { id: press.next(content), ...wanted },
      { onSuccess: done('Задача поставлена'), onError: (error) => press.failed(error, content) },
    );
  };
  // Of another's client the order stands as it was given; it may be put off or handed back.
  const isFixed = task?.client_hidden ?? false;
  const may = (id: string) => !isFixed || id === task?.author.id;
  const people = colleagues.filter((person) => (!person.disabled && may(person.id)) || person.id === responsible);
  return (
    <Modal opened onClose={onClose} title={task ? 'Изменить задачу' : 'Новая задача'} size="lg">
      <form onSubmit={send}>
        <Stack gap="sm">
          <TextInput
            label="Что сделать"
            data-autofocus
            required
            withAsterisk={false}
            maxLength={300}
            readOnly={isFixed}
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
          <SegmentedControl
            aria-label="Вид задачи"
            data={Object.entries(TASK_KINDS).map(([value, label]) => ({ value, label }))}
            disabled={isFixed}
            value={kind}
            onChange={(value) => setKind(value as TaskKind)}
            style={{ flexWrap: 'wrap' }}
          />
          <Select
            label="Ответственный"
            searchable
            allowDeselect={false}
            data={[
              { value: me.id, label: `${me.name} (вы)` },
              ...people.filter((person) => person.id !== me.id).map((person) => ({ value: person.id, label: person.name })),
            ]}
            value={responsible}
            onChange={(value) => value && setResponsible(value)}
          />
          <DueFields due={due} zone={zone} onDue={setDue} />
          {client ? (
            <Group justify="space-between" wrap="nowrap">
              <Text size="sm" className="cut">
                Клиент: {client.name ?? 'из этой ленты'}
              </Text>
              {!task && !start.client && (
                <Button size="compact-sm" variant="subtle" onClick={() => setClient(undefined)}>
                  Убрать
                </Button>
              )}
            </Group>
          ) : (
            !task && me.rights['clients.read'] !== undefined && <ClientPicker label="Клиент, если есть" onPick={setClient} />
          )}
          <Textarea
            label="Подробности"
            autosize
            minRows={2}
            maxRows={8}
            maxLength={10_000}
            readOnly={isFixed}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <FormFailure error={failure} />
          {set.error instanceof ApiError && set.error.problem.status === 409 && <Stored id={press.last()} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Отмена
            </Button>
            <Button type="submit" loading={set.isPending || edit.isPending} disabled={!title.trim() || !chosen}>
              {task ? 'Сохранить' : 'Поставить'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

type Values = Required<Pick<TaskEdit, 'title' | 'text' | 'kind' | 'responsible_id' | 'due'>>;

/**
 * The fields that were changed here: what a colleague has changed meanwhile stays, and a term that is past already is not
 * refused.
 */
function differences(task: Task, values: Values, zone: string): TaskEdit {
  const opened: Values = {
    title: task.title,
    text: task.text,
    kind: task.kind,
    responsible_id: task.responsible.id,
    due: dueOf(fieldsOf(task.due, zone), zone)!,
  };
  const isOther = (name: string) => JSON.stringify(values[name as keyof Values]) !== JSON.stringify(opened[name as keyof Values]);
  return Object.fromEntries(Object.entries(values).filter(([name]) => isOther(name)));
}

/** The task that a press before has set. */
function Stored({ id }: { id: string }) {
  const zone = useCompanyZone();
  const task = useQuery(taskQuery(id)).data;
  if (!task) return null;
  return (
    <Alert color="yellow" variant="light" title="Уже поставлена">
      <Link to="/tasks" search={{ task: id }} className="link">
        {task.title}
      </Link>
      , {dueWords(task.due, Date.now(), zone)}, ответственный: {task.responsible.name}
    </Alert>
  );
}

interface DueWords {
  day: string | null;
  /** «10:00»; empty is the whole day. */
  hour: string;
}

function DueFields({ due, zone, onDue }: { due: DueWords; zone: string; onDue: (due: DueWords) => void }) {
  const now = Date.now();
  const chosen = dueOf(due, zone);
  const wrong = due.day !== null && !chosen;
  const place = elsewhere(zone);
  return (
    <Stack gap={4}>
      <Group gap="xs" align="flex-end">
        <DayField
          w={150}
          label="Срок"
          placeholder="без срока"
          clearable
          value={due.day}
          minDate={dayAhead(0, now, zone)}
          onChange={(day) => onDue({ ...due, day })}
        />
        <TextInput
          w={110}
          label="Время"
          placeholder="весь день"
          disabled={due.day === null}
          value={due.hour}
          error={wrong}
          onChange={(event) => onDue({ ...due, hour: event.currentTarget.value })}
        />
        <Group gap={6}>
          {PRESETS.map(({ name, days }) => (
            <Button key={name} size="compact-sm" variant="default" onClick={() => onDue({ ...due, day: dayAhead(days, now, zone) })}>
              {name}
            </Button>
          ))}
        </Group>
      </Group>
      {wrong && (
        <Text size="sm" c="var(--bad)" role="alert">
          Время пишется как 10:00. Пустое поле — весь день.
        </Text>
      )}
      {place && due.day !== null && (
        <Text size="sm" className="soft" role="note">
          По времени компании: {place}.{chosen?.kind === 'at' && ` У вас будет ${dateTime(chosen.at)}.`}
        </Text>
      )}
    </Stack>
  );
}

const PRESETS = [
  { name: 'Сегодня', days: 0 },
  { name: 'Завтра', days: 1 },
  { name: 'Через неделю', days: 7 },
];

/** By the company's clocks; a new task is due tomorrow at ten. */
function fieldsOf(due: TaskDue | undefined, zone: string): DueWords {
  if (!due) return { day: dayAhead(1, Date.now(), zone), hour: '10:00' };
  if (due.kind === 'never') return { day: null, hour: '' };
  if (due.kind === 'day') return { day: due.day, hour: '' };
  return { day: wallOf(Date.parse(due.at), zone).day, hour: time(due.at, zone) };
}

/** Nothing for a time that is none. */
function dueOf({ day, hour }: DueWords, zone: string): TaskDue | undefined {
  if (day === null) return { kind: 'never' };
  if (!hour.trim()) return { kind: 'day', day };
  const found = /^(\d{1,2})[:.](\d{2})$/.exec(hour.trim());
  if (!found || Number(found[1]) > 23 || Number(found[2]) > 59) return undefined;
  const at = momentOf({ day, time: `${found[1]!.padStart(2, '0')}:${found[2]}` }, zone);
  return at === undefined ? undefined : { kind: 'at', at: new Date(at).toISOString() };
}
