import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { dueWords, putOff, useCloseTask, useEditTask, useReopenTask, type Task, type TaskDue } from '@/shared/tasks';

/** How long an act can be taken back. */
const UNDO_MS = 7000;

/** Closing and putting off, each with a strip that takes it back; opening again. */
export function useActs() {
  const close = useCloseTask();
  const edit = useEditTask();
  const again = useReopenTask();
  const failed = (error: Error) => void notifications.show({ color: 'red', title: 'Не получилось', message: error.message });
  // By promises: what is told on the way of a mutation is lost with the row that started it.
  const reopen = (id: string) => again.mutateAsync(id).then(() => undefined, failed);
  const move = (task: Task, due: TaskDue, words: string) =>
    edit.mutateAsync({ id: task.id, due }).then(() => {
      // A term that was past is not to be had again.
      const isPast = task.due_at !== null && Date.parse(task.due_at) <= Date.now();
      strip(`put-off-${task.id}`, words, isPast ? undefined : () => void edit.mutateAsync({ id: task.id, due: task.due }).catch(failed));
    }, failed);
  return {
    isClosing: close.isPending,
    /** Whether it is closed: what was typed stays until it is. */
    close: (task: Task, result: string) =>
      close.mutateAsync({ id: task.id, result: result.trim() || null }).then(
        () => {
          // Of another's client nothing is opened again.
          strip(`closed-${task.id}`, `Закрыта: ${task.title}`, task.client_hidden ? undefined : () => void reopen(task.id));
          return true;
        },
        (error: Error) => {
          failed(error);
          return false;
        },
      ),
    putOff: (task: Task, days: number) => {
      const now = Date.now();
      const due = putOff(task.due, days, now);
      return move(task, due, `Перенесена: ${dueWords(due, now)}`);
    },
    reopen: (task: Task) => reopen(task.id),
  };
}

function strip(id: string, words: string, undo?: () => void): void {
  // One of the same id on the screen would stay as it is.
  notifications.hide(id);
  notifications.show({
    id,
    autoClose: UNDO_MS,
    message: (
      <Group justify="space-between" wrap="nowrap">
        {words}
        {undo && (
          <Button
            size="compact-sm"
            variant="light"
            style={{ flex: 'none' }}
            onClick={() => {
              notifications.hide(id);
              undo();
            }}
          >
            Вернуть
          </Button>
        )}
      </Group>
    ),
  });
}
