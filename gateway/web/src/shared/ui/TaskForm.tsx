import { Button, Group, Modal, SegmentedControl, Select, Stack, Text, TextInput, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { colleaguesQuery } from '../colleagues';
import { ownZone, time } from '../format';
import { useMe } from '../me';
import { momentOf } from '../plan';
import { dayAhead, TASK_KINDS, useEditTask, useSetTask, type Task, type TaskDue, type TaskKind } from '../tasks';
import { uuid } from '../uuid';
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
  const set = useSetTask();
  const edit = useEditTask();
  const colleagues = useQuery(colleaguesQuery).data ?? [];
  // One id for every press: what came through though its answer was lost is not set twice.
  const [id] = useState(uuid);
  const [title, setTitle] = useState(task?.title ?? start.title ?? '');
  const [text, setText] = useState(task?.text ?? '');
  const [kind, setKind] = useState<TaskKind>(task?.kind ?? start.kind ?? 'other');
  const [responsible, setResponsible] = useState(task?.responsible.id ?? me.id);
  const [client, setClient] = useState(task?.client ?? start.client);
  const [due, setDue] = useState(() => fieldsOf(task?.due));
  const chosen = dueOf(due);
  const failure = set.error ?? edit.error;
  const done = (words: string) => () => {
    notifications.show({ color: 'green', message: words });
    onClose();
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!chosen || !title.trim()) return;
    const values = { title: title.trim(), text: text.trim() || null, kind, responsible_id: responsible };
    if (task) {
      // An unchanged term is not sent: one that is past already would be refused.
      const isSame = JSON.stringify(dueOf(fieldsOf(task.due))) === JSON.stringify(chosen);
      edit.mutate({ id: task.id, ...values, ...(!isSame && { due: chosen }) }, { onSuccess: done('Задача изменена') });
    } else {
      const from = { client_id: client?.id, interaction_id: start.row };
      set.mutate({ id, ...values, due: chosen, ...from }, { onSuccess: done('Задача поставлена') });
    }
  };
  const people = colleagues.filter((person) => !person.disabled || person.id === responsible);
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
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
          <SegmentedControl
            aria-label="Вид задачи"
            data={Object.entries(TASK_KINDS).map(([value, label]) => ({ value, label }))}
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
          <DueFields due={due} onDue={setDue} />
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
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <FormFailure error={failure} />
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

interface DueWords {
  day: string | null;
  /** «10:00»; empty is the whole day. */
  hour: string;
}

function DueFields({ due, onDue }: { due: DueWords; onDue: (due: DueWords) => void }) {
  const now = Date.now();
  const wrong = due.day !== null && !dueOf(due);
  return (
    <Stack gap={4}>
      <Group gap="xs" align="flex-end">
        <DayField
          w={150}
          label="Срок"
          placeholder="без срока"
          clearable
          value={due.day}
          minDate={dayAhead(0, now)}
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
            <Button key={name} size="compact-sm" variant="default" onClick={() => onDue({ ...due, day: dayAhead(days, now) })}>
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
    </Stack>
  );
}

const PRESETS = [
  { name: 'Сегодня', days: 0 },
  { name: 'Завтра', days: 1 },
  { name: 'Через неделю', days: 7 },
];

/** A new task is due tomorrow at ten. */
function fieldsOf(due: TaskDue | undefined): DueWords {
  if (!due) return { day: dayAhead(1, Date.now()), hour: '10:00' };
  if (due.kind === 'never') return { day: null, hour: '' };
  if (due.kind === 'day') return { day: due.day, hour: '' };
  return { day: new Date(due.at).toLocaleDateString('sv', { timeZone: ownZone }), hour: time(due.at) };
}

/** Nothing for a time that is none. */
function dueOf({ day, hour }: DueWords): TaskDue | undefined {
  if (day === null) return { kind: 'never' };
  if (!hour.trim()) return { kind: 'day', day };
  const found = /^(\d{1,2})[:.](\d{2})$/.exec(hour.trim());
  if (!found || Number(found[1]) > 23 || Number(found[2]) > 59) return undefined;
  const at = momentOf({ day, time: `${found[1]!.padStart(2, '0')}:${found[2]}` }, ownZone);
  return at === undefined ? undefined : { kind: 'at', at: new Date(at).toISOString() };
}
