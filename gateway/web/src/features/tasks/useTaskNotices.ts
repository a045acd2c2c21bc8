import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { gather } from '@/shared/gather';
import { useLive, useLiveMessages } from '@/shared/live/context';
import type { TaskMessage } from '@/shared/taskNotices';

/** Tidings of the day do not keep the first screen waiting. */
const FIRST_SCREEN_MS = 3000;

/** Tells whoever is to do a task that it was given to him, or that its time has come; at first, what there is today. */
export function useTaskNotices(): void {
  const navigate = useNavigate();
  const { resyncs } = useLive();
  const open = useRef<(task?: string) => void>(() => undefined);
  open.current = (task) => void navigate({ to: '/tasks', search: task ? { task } : {} });
  // Of what came due while nobody listened no message comes.
  useEffect(() => {
    const timer = setTimeout(() => {
      import('./tell').then(({ tellToday }) => tellToday((task) => open.current(task))).catch(() => undefined);
    }, FIRST_SCREEN_MS);
    return () => clearTimeout(timer);
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
