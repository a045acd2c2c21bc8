import { Notifications, notifications, useNotifications, type NotificationData } from '@mantine/notifications';
import { useEffect } from 'react';
import { useLayout } from '@/shared/useLayout';
import classes from './Toasts.module.css';

/** More of them wait for their turn. */
const AT_ONCE = 3;

/**
 * What is told in passing. At a desk in the corner of the lists: the head of a thread, its filters, and the field below stay
 * free. On a phone over the top bar: below it is the way back, and at the bottom what one writes.
 */
export function Toasts() {
  const isPhone = useLayout() === 'phone';
  useSaidOnce();
  return <Notifications className={classes.place} position={isPhone ? 'top-center' : 'bottom-left'} limit={AT_ONCE} autoClose={7000} containerWidth={380} />;
}

/** The same words again take the place of those before them. */
function useSaidOnce(): void {
  const { notifications: shown, queue } = useNotifications();
  useEffect(() => {
    const last = new Map<string, NotificationData>();
    for (const told of [...shown, ...queue]) {
      const words = wordsOf(told);
      if (words === undefined) continue;
      const before = last.get(words);
      if (before?.id) notifications.hide(before.id);
      last.set(words, told);
    }
  }, [shown, queue]);
}

/** Nothing where it holds more than words: a button belongs to its own act. */
function wordsOf({ title, message }: NotificationData): string | undefined {
  if (typeof message !== 'string' || (title && typeof title !== 'string')) return undefined;
  return JSON.stringify([title, message]);
}
