import { useLocalStorage } from '@mantine/hooks';
import { useMe } from '@/shared/me';
import { NEWEST } from './news';

/** Whether there is a release of which this person has not read here, and how to say that he has. */
export function useUnreadNews(): { unread: boolean; read: () => void } {
  const me = useMe();
  const [seen, setSeen] = useLocalStorage<string | undefined>({
    key: `uzel-news-${me.id}`,
    defaultValue: undefined,
    getInitialValueInEffect: false,
  });
  return { unread: NEWEST !== undefined && seen !== NEWEST, read: () => setSeen(NEWEST) };
}
