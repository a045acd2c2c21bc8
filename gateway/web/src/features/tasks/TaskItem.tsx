import { ActionIcon, Button, Group, Menu, Textarea, Tooltip } from '@mantine/core';
import {
  IconArrowBackUp,
  IconCalendarTime,
  IconCheck,
  IconChecklist,
  IconFileText,
  IconMail,
  IconPhone,
  IconUsers,
  type Icon,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { useCompanyZone } from '@/shared/companyZone';
import { dateTime, isNumber } from '@/shared/format';
import { useMe } from '@/shared/me';
import { dueWords, groupOf, TASK_KINDS, type Task, type TaskKind } from '@/shared/tasks';
import { useNow } from '@/shared/useNow';
import classes from './Tasks.module.css';
import { useActs } from './useActs';

const SIGNS: Record<TaskKind, Icon> = {
  call: IconPhone,
  letter: IconMail,
  document: IconFileText,
  meeting: IconUsers,
  other: IconChecklist,
};

interface TaskItemProps {
  task: Task;
  /** The card is beside it: the client goes without saying. */
  isOfClient?: boolean;
  onOpen: (task: Task) => void;
  /** Another term than the offered ones. */
  onEdit: (task: Task) => void;
}

/** A task in a list: what, for whom, by when, and what can be done with it. */
export function TaskItem({ task, isOfClient = false, onOpen, onEdit }: TaskItemProps) {
  const [isClosing, setClosing] = useState(false);
  const acts = useActs();
  const Sign = SIGNS[task.kind];
  return (
    <li className={classes.item}>
      <div className={classes.line}>
        <Tooltip label={TASK_KINDS[task.kind]}>
          <Sign className={classes.sign} size={18} aria-label={TASK_KINDS[task.kind]} />
        </Tooltip>
        <div className={classes.what}>
          <button type="button" className={`plain ${classes.title}`} data-closed={task.closed_at !== null || undefined} onClick={() => onOpen(task)}>
            {task.title}
          </button>
          <div className={classes.more}>
            <Term task={task} />
            {!isOfClient && <ClientOf task={task} />}
            <People task={task} />
          </div>
        </div>
        {task.closed_at ? (
          !task.client_hidden && (
            <Button size="compact-md" variant="default" leftSection={<IconArrowBackUp size={16} />} onClick={() => void acts.reopen(task)}>
              Открыть снова
            </Button>
          )
        ) : (
          <Group gap={4} wrap="nowrap" className={classes.acts}>
            <PutOff task={task} onOther={() => onEdit(task)} />
            <Tooltip label="Закрыть">
              <ActionIcon
                size={36}
                variant="default"
                aria-label={`Закрыть: ${task.title}`}
                aria-expanded={isClosing}
                onClick={() => setClosing(!isClosing)}
              >
                <IconCheck size={18} />
              </ActionIcon>
            </Tooltip>
          </Group>
        )}
      </div>
      {isClosing && !task.closed_at && (
        <CloseForm
          isPending={acts.isClosing}
          onClose={(result) => void acts.close(task, result).then((isClosed) => isClosed && setClosing(false))}
          onCancel={() => setClosing(false)}
        />
      )}
    </li>
  );
}

/** When it is due, or who closed it when. */
export function Term({ task }: { task: Task }) {
  const now = useNow();
  const zone = useCompanyZone();
  if (task.closed_at) {
    return (
      <span className="numbers">
        закрыта {dateTime(task.closed_at)}
        {task.closed_by && `, ${task.closed_by.name}`}
      </span>
    );
  }
  const isLate = groupOf(task, now, zone) === 'late';
  return (
    <span className="numbers" style={{ color: isLate ? 'var(--bad)' : undefined }}>
      {isLate && 'просрочена: '}
      {dueWords(task.due, now, zone)}
    </span>
  );
}

export function ClientOf({ task }: { task: Task }) {
  if (task.client_hidden) return <span>клиент другого менеджера</span>;
  if (!task.client) return null;
  return (
    <Link
      to="/clients/$clientId"
      params={{ clientId: task.client.id }}
      search={task.interaction_id ? { row: task.interaction_id } : {}}
      className={isNumber(task.client.name) ? 'link whole' : 'link'}
    >
      {task.client.name}
    </Link>
  );
}

/** Who else has to do with it. */
function People({ task }: { task: Task }) {
  const me = useMe();
  return (
    <>
      {task.author.id !== me.id && task.author.id !== task.responsible.id && <span>автор: {task.author.name}</span>}
      {task.responsible.id !== me.id && <span>ответственный: {task.responsible.name}</span>}
    </>
  );
}

function PutOff({ task, onOther }: { task: Task; onOther: () => void }) {
  const { putOff } = useActs();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Tooltip label="Отложить">
          <ActionIcon size={36} variant="default" aria-label={`Отложить: ${task.title}`}>
            <IconCalendarTime size={18} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void putOff(task, 1)}>Завтра</Menu.Item>
        <Menu.Item onClick={() => void putOff(task, 7)}>Через неделю</Menu.Item>
        <Menu.Item onClick={onOther}>Другой срок…</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

interface CloseFormProps {
  isPending: boolean;
  onClose: (result: string) => void;
  onCancel: () => void;
}

/** What came of it; may stay empty. */
export function CloseForm({ isPending, onClose, onCancel }: CloseFormProps) {
  const [result, setResult] = useState('');
  const send = (event: FormEvent) => {
    event.preventDefault();
    onClose(result);
  };
  return (
    <form className={classes.close} onSubmit={send}>
      <Textarea
        label="Результат"
        placeholder="Что вышло — увидят автор и руководитель"
        autosize
        minRows={1}
        maxRows={6}
        maxLength={10_000}
        data-autofocus
        autoFocus
        value={result}
        onChange={(event) => setResult(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !isPending && onClose(result)}
      />
      <Group gap="xs" justify="flex-end">
        <Button variant="default" onClick={onCancel}>
          Отмена
        </Button>
        <Button type="submit" loading={isPending}>
          Закрыть задачу
        </Button>
      </Group>
    </form>
  );
}
