import { Button, Group } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { tasksQuery, type Task } from '@/shared/tasks';
import { TaskButton } from '@/shared/ui/TaskButton';
import { TaskItem } from './TaskItem';
import classes from './Tasks.module.css';

const TaskForm = lazy(() => import('@/shared/ui/TaskForm'));

/** «Сейчас важно»: the open tasks of a client, the most urgent first. */
export default function ClientTasks({ client }: { client: { id: string; name: string } }) {
  const navigate = useNavigate();
  const list = useInfiniteQuery(tasksQuery({ client: client.id, state: 'open', sort: 'due_at' }));
  const [edited, setEdited] = useState<Task>();
  const tasks = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className={classes.now} aria-label="Сейчас важно">
      <Group justify="space-between" gap="xs">
        <h3>{list.isSuccess && tasks.length === 0 ? 'Задач нет' : 'Сейчас важно'}</h3>
        <TaskButton start={{ client }} name="Поставить задачу" />
      </Group>
      {list.isError && <div role="alert">Задачи не загрузились: {list.error.message}</div>}
      {tasks.length > 0 && (
        <ul className={classes.list}>
          {tasks.map((task) => (
            <TaskItem
              key={task.id}
              task={task}
              isOfClient
              onOpen={() => void navigate({ to: '/tasks', search: { task: task.id } })}
              onEdit={setEdited}
            />
          ))}
        </ul>
      )}
      {list.hasNextPage && (
        <Button size="compact-sm" variant="subtle" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Показать ещё
        </Button>
      )}
      <Suspense>{edited && <TaskForm task={edited} onClose={() => setEdited(undefined)} />}</Suspense>
    </section>
  );
}
