import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { LiveContext } from '@/shared/live/context';
import { LiveFeed, type LiveMessage, type LiveSignal, type LiveState } from '@/shared/live/feed';
import { useMe } from '@/shared/me';
import { plural } from '@/shared/plural';
import { refresher } from './refresh';

/** Turns the live feed into fresh screens. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const { id } = useMe();
  const cache = useQueryClient();
  const router = useRouter();
  const [state, setState] = useState<LiveState>('connecting');
  const [resyncs, setResyncs] = useState(0);
  const listeners = useRef(new Set<(message: LiveMessage) => void>());

  useEffect(() => {
    const refresh = refresher(cache);
    const heard = (signal: LiveSignal) => {
      switch (signal.type) {
        case 'message':
          refresh.changed(signal.message);
          for (const listener of listeners.current) listener(signal.message);
          break;
        case 'resync':
          void cache.invalidateQueries();
          setResyncs((before) => before + 1);
          break;
        case 'state':
          setState(signal.state);
          break;
        case 'caught_up':
          notifications.show({
            id: 'caught-up',
            message: `Соединение восстановлено, ${received(signal.events)}`,
            color: 'green',
          });
          break;
        case 'signed_out': {
          const next = router.state.location.href;
          cache.clear();
          void router.navigate({ to: '/login', search: { next, reason: 'ended' }, replace: true });
          break;
        }
      }
    };
    const feed = new LiveFeed(id, heard);
    return () => {
      feed.stop();
      refresh.stop();
    };
  }, [id, cache, router]);

  const follow = useCallback((listener: (message: LiveMessage) => void) => {
    listeners.current.add(listener);
    return () => void listeners.current.delete(listener);
  }, []);
  const live = useMemo(() => ({ state, resyncs, follow }), [state, resyncs, follow]);
  return <LiveContext value={live}>{children}</LiveContext>;
}

function received(events: number): string {
  return events === 0 ? 'ничего не пропущено' : `получено ${plural(events, 'событие', 'события', 'событий')}`;
}
