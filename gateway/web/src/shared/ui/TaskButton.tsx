import { ActionIcon, Button } from '@mantine/core';
import { IconChecklist } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { useRight } from '../me';
import type { TaskStart } from './TaskForm';

const TaskForm = lazy(() => import('./TaskForm'));

interface TaskButtonProps {
  start: TaskStart;
  /** The icon alone, among others of its kind. */
  isSmall?: boolean;
  name?: string;
}

/** «Задача»: sets one that begins with what is looked at. */
export function TaskButton({ start, isSmall = false, name = 'Задача' }: TaskButtonProps) {
  const may = useRight('tasks.use') !== undefined;
  const [isOpen, setOpen] = useState(false);
  if (!may) return null;
  return (
    <>
      {isSmall ? (
        <ActionIcon size={24} variant="subtle" color="gray" onClick={() => setOpen(true)} aria-label={name} data-hint={name}>
          <IconChecklist size={14} />
        </ActionIcon>
      ) : (
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          leftSection={<IconChecklist size={14} aria-hidden="true" />}
          onClick={() => setOpen(true)}
        >
          {name}
        </Button>
      )}
      <Suspense>{isOpen && <TaskForm start={start} onClose={() => setOpen(false)} />}</Suspense>
    </>
  );
}
