import { Button, Group, Skeleton, Table, Tooltip } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useCompanyZone } from '@/shared/companyZone';
import { dateTime } from '@/shared/format';
import { plural } from '@/shared/plural';
import { exactDue, groupOf, TASK_KINDS, tasksQuery, type Task } from '@/shared/tasks';
import { SortHead } from '@/shared/ui/SortHead';
import { Failed, Nothing } from '@/shared/ui/States';
import { useLayout } from '@/shared/useLayout';
import { useNow } from '@/shared/useNow';
import { controlFilter } from './control';
import { isFiltered, NO_FILTER } from './ControlFilters';
import type { TasksSearch } from './search';
import { ClientOf, TaskItem } from './TaskItem';
import classes from './Tasks.module.css';

interface ControlProps {
  search: TasksSearch;
  go: (next: TasksSearch) => void;
  onOpen: (task: Task) => void;
  onEdit: (task: Task) => void;
}

/** «Контроль задач»: who set and who closed which task, and when; a list on a phone. */
export function Control({ search, go, onOpen, onEdit }: ControlProps) {
  const isPhone = useLayout() === 'phone';
  const list = useInfiniteQuery(tasksQuery(controlFilter(search)));
  if (list.isPending) return <Skeleton height={300} m="md" role="status" aria-label="Задачи загружаются" />;
  if (list.isError) return <Failed error={list.error} again={() => void list.refetch()} />;
  const tasks = list.data.pages.flatMap((page) => page.items);
  if (tasks.length === 0) {
    return isFiltered(search) ? (
      <Nothing
        title="Таких задач нет"
        action={
          <Button variant="default" onClick={() => go(NO_FILTER)}>
            Сбросить
          </Button>
        }
      >
        Строки скрывают фильтры над таблицей.
      </Nothing>
    ) : (
      <Nothing title="Задач пока нет">Здесь будет видно, кто, кому и что поручил и кто закрыл.</Nothing>
    );
  }
  return (
    <>
      {isPhone ? (
        <ul className={`${classes.list} ${classes.cards}`}>
          {tasks.map((task) => (
            <TaskItem key={task.id} task={task} onOpen={onOpen} onEdit={onEdit} />
          ))}
        </ul>
      ) : (
        <Rows tasks={tasks} sort={search.order ?? '-created_at'} onSort={(order) => go({ order })} onOpen={onOpen} />
      )}
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

type Sort = NonNullable<TasksSearch['order']>;

interface RowsProps {
  tasks: Task[];
  sort: Sort;
  onSort: (sort: Sort) => void;
  onOpen: (task: Task) => void;
}

function Rows({ tasks, sort, onSort, onOpen }: RowsProps) {
  return (
    <Table.ScrollContainer minWidth={1100}>
      <Table verticalSpacing={8} horizontalSpacing="md" highlightOnHover className={classes.wide}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Задача</Table.Th>
            <Table.Th>Вид</Table.Th>
            <Table.Th>Клиент</Table.Th>
            <Table.Th>Поставил</Table.Th>
            <Table.Th>Ответственный</Table.Th>
            <SortHead name="Поставлена" orders={['-created_at', 'created_at']} sort={sort} onSort={onSort} />
            <SortHead name="Срок" orders={['due_at']} sort={sort} onSort={onSort} />
            <Table.Th>Закрыл</Table.Th>
            <SortHead name="Закрыта" orders={['-closed_at']} sort={sort} onSort={onSort} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tasks.map((task) => (
            <Row key={task.id} task={task} onOpen={onOpen} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Row({ task, onOpen }: { task: Task; onOpen: (task: Task) => void }) {
  const now = useNow();
  const zone = useCompanyZone();
  const isLate = !task.closed_at && groupOf(task, now, zone) === 'late';
  const again = task.closings.filter((closing) => closing.reopened_at !== null).length;
  const byOther = task.closed_by && task.closed_by.id !== task.responsible.id;
  return (
    <Table.Tr>
      <Table.Td maw={280}>
        <button type="button" className={`plain ${classes.title}`} onClick={() => onOpen(task)}>
          {task.title}
        </button>
        {again > 0 && <div className="soft">открывали снова: {plural(again, 'раз', 'раза', 'раз')}</div>}
      </Table.Td>
      <Table.Td>{TASK_KINDS[task.kind]}</Table.Td>
      <Table.Td maw={180}>
        <ClientOf task={task} />
      </Table.Td>
      <Table.Td>{task.author.name}</Table.Td>
      <Table.Td>{task.responsible.name}</Table.Td>
      <Table.Td className={`numbers ${classes.once}`}>{dateTime(task.created_at, zone)}</Table.Td>
      <Table.Td className={`numbers ${classes.once}`} style={{ color: isLate ? 'var(--bad)' : undefined }}>
        {exactDue(task.due, zone)}
        {isLate && <div>просрочена</div>}
      </Table.Td>
      <Table.Td>
        {task.closed_by?.name}
        {byOther && (
          <Tooltip label="Закрыл не ответственный">
            <div className="soft">не ответственный</div>
          </Tooltip>
        )}
      </Table.Td>
      <Table.Td className={`numbers ${classes.once}`}>{task.closed_at && dateTime(task.closed_at, zone)}</Table.Td>
    </Table.Tr>
  );
}
