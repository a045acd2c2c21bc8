import { notifications } from '@mantine/notifications';
import { useCompanyZone } from '@/shared/companyZone';
import { dueWords, putOff, useCloseTask, useEditTask, useReopenTask, type Task, type TaskDue } from '@/shared/tasks';
import { strip } from '@/shared/ui/strip';

/** Closing and putting off, each with a strip that takes it back; opening again. */
export function useActs() {
  const zone = useCompanyZone();
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
      const undo = () => void edit.mutateAsync({ id: task.id, due: task.due }).catch(failed);
      strip({ id: `put-off-${task.id}`, words, button: isPast ? undefined : { name: 'Вернуть', press: undo } });
    }, failed);
  return {
    isClosing: close.isPending,
    /** Whether it is closed: what was typed stays until it is. */
    close: (task: Task, result: string) =>
      close.mutateAsync({ id: task.id, result: result.trim() || null }).then(
        () => {
          // Of another's client nothing is opened again.
          const undo = () => void reopen(task.id);
          strip({ id: `closed-${task.id}`, words: `Закрыта: ${task.title}`, button: task.client_hidden ? undefined : { name: 'Вернуть', press: undo } });
          return true;
        },
        (error: Error) => {
          failed(error);
          return false;
        },
      ),
    putOff: (task: Task, days: number) => {
      const now = Date.now();
      const due = putOff(task.due, days, now, zone);
      return move(task, due, `Перенесена: ${dueWords(due, now, zone)}`);
    },
    reopen: (task: Task) => reopen(task.id),
  };
}
