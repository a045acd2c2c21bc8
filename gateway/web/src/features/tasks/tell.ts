import { notifications } from '@mantine/notifications';
import type { LiveMessage } from '@/shared/live/feed';
import { taskNotice } from '@/shared/tasks';

/** A notice on the page; a press opens the task. */
export async function tell(message: Extract<LiveMessage, { event: 'task' }>, open: (task: string) => void): Promise<void> {
  const notice = await taskNotice(message);
  if (!notice) return;
  // The same one is not shown twice beside itself.
  const id = `task-${message.task_id}-${message.news}`;
  notifications.show({
    id,
    title: notice.title,
    message: notice.words,
    color: message.news === 'due' ? 'yellow' : undefined,
    autoClose: 12_000,
    style: { cursor: 'pointer' },
    onClick: () => {
      notifications.hide(id);
      open(message.task_id);
    },
  });
}
