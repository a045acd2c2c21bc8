import { useRouter } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { gather } from '@/shared/gather';
import { useLiveMessages } from '@/shared/live/context';
import type { LiveMessage } from '@/shared/live/feed';
import { useMe } from '@/shared/me';
import { noticeState } from '@/shared/notices';
import type { TaskMessage } from '@/shared/taskNotices';
import { Watch } from './watch';

/** Notices of the browser while no tab is looked at: own clients' messages, mentions, missed calls, tasks. */
export function useBrowserNotices(): void {
  const { id } = useMe();
  const router = useRouter();
  const watch = useRef<Watch | undefined>(undefined);
  const tasks = useRef<(message: TaskMessage) => void>(undefined);
  useEffect(() => {
    if (noticeState() === 'missing') return;
    const made = new Watch(id);
    watch.current = made;
    const gathered = gather<TaskMessage>((messages) => {
      whenOn(made, ({ tellTasks }) => tellTasks(messages, (href) => router.history.push(href)));
    });
    tasks.current = gathered.add;
    return () => {
      gathered.stop();
      made.stop();
    };
  }, [id, router]);
  // A notice that the service worker has shown was pressed, and this is the tab it brought forward.
  useEffect(() => {
    const open = ({ data }: MessageEvent<{ open?: string }>) => {
      if (data.open) router.history.push(data.open);
    };
    const worker = navigator.serviceWorker as ServiceWorkerContainer | undefined;
    worker?.addEventListener('message', open);
    return () => worker?.removeEventListener('message', open);
  }, [router]);
  useLiveMessages((message) => {
    if (noticeState() !== 'on' || !mayConcern(message)) return;
    if (message.event === 'task') tasks.current?.(message);
    else if (watch.current) whenOn(watch.current, ({ tell }) => tell(message, id, (href) => router.history.push(href)));
  });
}

function whenOn(watch: Watch, tell: (words: typeof import('./tell')) => Promise<void>): void {
  watch
    .isOn()
    .then(async (on) => {
      if (on) await tell(await import('./tell'));
    })
    .catch(() => {
      // Not to be read, or no connection: a notice is a courtesy, the screen tells all the same.
    });
}

function mayConcern(message: LiveMessage): boolean {
  if (message.event === 'room') return message.mentioned;
  if (message.event === 'task') return message.news !== 'changed';
  if (message.event !== 'interaction') return false;
  return message.own || (message.kind === 'call' && message.mine);
}
