import { useRouter } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useLiveMessages } from '@/shared/live/context';
import type { LiveMessage } from '@/shared/live/feed';
import { useMe } from '@/shared/me';
import { noticeState } from '@/shared/notices';
import { Watch } from './watch';

/** Notices of the browser while no tab is looked at: own clients' messages, mentions, missed calls, tasks. */
export function useBrowserNotices(): void {
  const { id } = useMe();
  const router = useRouter();
  const watch = useRef<Watch | undefined>(undefined);
  useEffect(() => {
    if (noticeState() === 'missing') return;
    const made = new Watch(id);
    watch.current = made;
    return () => made.stop();
  }, [id]);
  useLiveMessages((message) => {
    if (noticeState() !== 'on' || !mayConcern(message)) return;
    void watch.current?.isOn().then(async (on) => {
      if (!on) return;
      const { tell } = await import('./tell');
      await tell(message, id, (href) => router.history.push(href));
    }).catch(() => {
      // Not to be read, or no connection: a notice is a courtesy, the screen tells all the same.
    });
  });
}

function mayConcern(message: LiveMessage): boolean {
  if (message.event === 'room') return message.mentioned;
  if (message.event === 'task') return message.news !== 'changed';
  if (message.event !== 'interaction') return false;
  return message.own || (message.kind === 'call' && message.mine);
}
