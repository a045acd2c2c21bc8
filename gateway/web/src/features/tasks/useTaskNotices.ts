import { useNavigate } from '@tanstack/react-router';
import { useLiveMessages } from '@/shared/live/context';

/** Tells whoever is to do a task that it was given to him, or that its time has come. */
export function useTaskNotices(): void {
  const navigate = useNavigate();
  useLiveMessages((message) => {
    if (message.event !== 'task' || message.news === 'changed') return;
    const open = (task: string) => void navigate({ to: '/tasks', search: { task } });
    import('./tell').then(({ tell }) => tell(message, open)).catch(() => undefined);
  });
}
