import { Button, Group } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useCompanyZone } from '@/shared/companyZone';
import { useMe } from '@/shared/me';
import { groupOf, tasksQuery, type Task, type TaskGroup } from '@/shared/tasks';
import { Failed, Loading, Nothing } from '@/shared/ui/States';
import { useNow } from '@/shared/useNow';
import { TaskItem } from './TaskItem';
import classes from './Tasks.module.css';

const GROUPS: [TaskGroup, string][] = [
  ['late', 'Просрочены'],
  ['today', 'Сегодня'],
  ['later', 'Позже'],
  ['never', 'Без срока'],
];

interface ListOfProps {
  view: 'given' | 'control' | undefined;
  isClosed: boolean;
  onOpen: (task: Task) => void;
  onEdit: (task: Task) => void;
}

/** One's own tasks or those set to others: open ones by their terms, closed ones the newest first. */
export function ListOf({ view, isClosed, onOpen, onEdit }: ListOfProps) {
  const me = useMe();
  const now = useNow();
  const zone = useCompanyZone();
  const whose = view === 'given' ? { author: me.id, given: true } : { responsible: me.id };
  const list = useInfiniteQuery(
    tasksQuery({ ...whose, state: isClosed ? 'closed' : 'open', sort: isClosed ? '-closed_at' : 'due_at' }),
  );
  if (list.isPending) return <Loading what="Задачи загружаются" />;
  if (list.isError) return <Failed error={list.error} again={() => void list.refetch()} />;
  // What has just come due is told before the clock of the screen moves.
  const asOf = Math.max(now, list.dataUpdatedAt);
  const tasks = list.data.pages.flatMap((page) => page.items);
  if (tasks.length === 0) return <Empty view={view} isClosed={isClosed} />;
  const items = (found: Task[]) => (
    <ul className={classes.list}>
      {found.map((task) => (
        <TaskItem key={task.id} task={task} onOpen={onOpen} onEdit={onEdit} />
      ))}
    </ul>
  );
  const groups = GROUPS.map(([group, name]) => ({ group, name, found: tasks.filter((task) => groupOf(task, asOf, zone) === group) }));
  return (
    <>
      {isClosed
        ? items(tasks)
        : groups
            .filter(({ found }) => found.length > 0)
            .map(({ group, name, found }) => (
              <section key={group} aria-label={name}>
                <h2 className={classes.group} data-late={group === 'late' || undefined}>
                  {name}
                </h2>
                {items(found)}
              </section>
            ))}
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

function Empty({ view, isClosed }: Pick<ListOfProps, 'view' | 'isClosed'>) {
  if (isClosed) return <Nothing title="Закрытых задач нет">Здесь останутся закрытые, с результатом.</Nothing>;
  if (view === 'given') return <Nothing title="Другим вы ничего не поручили">Задачи для коллег появятся здесь, пока они открыты.</Nothing>;
  return <Nothing title="Задач нет">Поставьте задачу кнопкой выше или значком «Задача» у сообщения и звонка.</Nothing>;
}
