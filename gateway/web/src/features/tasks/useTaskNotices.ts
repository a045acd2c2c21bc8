import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { gather } from '@/shared/gather';
import { useLive, useLiveMessages } from '@/shared/live/context';
import type { TaskMessage } from '@/shared/taskNotices';

/** Tells whoever is to do a task that it was given to him, or that its time has come; at first, what there is today. */
export function useTaskNotices(): void {
  const navigate = useNavigate();
  const { resyncs } = useLive();
  const open = useRef<(task?: string) => void>(() => undefined);
  open.current = (task) => void navigate({ to: '/tasks', search: task ? { task } : {} });
  // Of what came due while nobody listened no message comes.
  useEffect(() => {
    import('./tell').then(({ tellToday }) => tellToday((task) => open.current(task))).catch(() => undefined);
  }, [resyncs]);
  const gathered = useRef<ReturnType<typeof gather<TaskMessage>>>(undefined);
  useEffect(() => {
    gathered.current = gather((messages) => {
      import('./tell').then(({ tell }) => tell(messages, (task) => open.current(task))).catch(() => undefined);
    });
    return () => gathered.current?.stop();
  }, []);
  useLiveMessages((message) => {
    if (message.event === 'task' && message.news !== 'changed') gathered.current?.add(message);
  });
}
