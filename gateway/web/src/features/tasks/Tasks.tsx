import { Button, SegmentedControl } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useRight } from '@/shared/me';
import type { Task } from '@/shared/tasks';
import { Page } from '@/shared/ui/Page';
import { useLayout } from '@/shared/useLayout';
import { Control } from './Control';
import { ControlFilters } from './ControlFilters';
import { ListOf } from './ListOf';
import type { TasksSearch } from './search';
import { TaskCard } from './TaskCard';

const TaskForm = lazy(() => import('@/shared/ui/TaskForm'));
const route = getRouteApi('/frame/tasks');

/** «Задачи»: one's own, those set to others, and for heads those of everybody. */
export function Tasks() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const mayControl = useRight('tasks.use') === 'all';
  const isPhone = useLayout() === 'phone';
  const [form, setForm] = useState<{ task?: Task }>();
  const go = (next: TasksSearch) => void navigate({ to: '/tasks', search: { ...search, ...next }, replace: true });
  const view = search.view === 'control' && !mayControl ? undefined : search.view;
  const open = (task: Task) => go({ task: task.id });
  const edit = (task: Task) => setForm({ task });
  return (
    <Page
      title={view === 'control' ? 'Контроль задач' : 'Задачи'}
      narrow={view !== 'control'}
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={() => setForm({})}>
          Новая задача
        </Button>
      }
      tools={
        <>
          <SegmentedControl
            aria-label="Чьи задачи"
            size={isPhone ? 'xs' : 'sm'}
            style={{ alignSelf: 'flex-start' }}
            data={[
              { value: 'mine', label: 'Мои' },
              { value: 'given', label: 'Поставленные мной' },
              ...(mayControl ? [{ value: 'control', label: 'Контроль' }] : []),
            ]}
            value={view ?? 'mine'}
            // Filters belong to their view.
            onChange={(next) => void navigate({ to: '/tasks', search: next === 'mine' ? {} : { view: next as TasksSearch['view'] }, replace: true })}
          />
          {view === 'control' ? (
            <ControlFilters search={search} go={go} />
          ) : (
            <SegmentedControl
              size={isPhone ? 'xs' : 'sm'}
              aria-label="Состояние"
              style={{ alignSelf: 'flex-start' }}
              data={[
                { value: 'open', label: 'Открытые' },
                { value: 'closed', label: 'Закрытые' },
              ]}
              value={search.state ?? 'open'}
              onChange={(state) => go({ state: state === 'closed' ? state : undefined })}
            />
          )}
        </>
      }
    >
      {view === 'control' ? (
        <Control search={search} go={go} onOpen={open} onEdit={edit} />
      ) : (
        <ListOf view={view} isClosed={search.state === 'closed'} onOpen={open} onEdit={edit} />
      )}
      {search.task && <TaskCard key={search.task} id={search.task} onEdit={edit} onClose={() => go({ task: undefined })} />}
      <Suspense>{form && <TaskForm task={form.task} onClose={() => setForm(undefined)} />}</Suspense>
    </Page>
  );
}
