import { readLocalStorageValue, useLocalStorage } from '@mantine/hooks';
import { useMe } from '@/shared/me';
import type { NewMessage } from './api';

/** A message that the hub has not taken: it is night where the client is, and a person has to decide. */
export interface Held {
  message: NewMessage;
  /** When the night ends. */
  until: string;
}

const NONE: Held[] = [];

/** What waits for a decision in a conversation, the oldest first; it outlives the page. */
export function useHeld(conversation: string) {
  const me = useMe();
  const key = `uzel-night-${me.id}-${conversation}`;
  const [held, setHeld] = useLocalStorage<Held[]>({ key, defaultValue: NONE, getInitialValueInEffect: false });
  // Read anew at each change: the hub may answer after this screen is gone.
  const others = (id: string) => readLocalStorageValue({ key, defaultValue: NONE }).filter(({ message }) => message.id !== id);
  return {
    first: held[0],
    add: (one: Held) => setHeld([...others(one.message.id), one]),
    drop: (id: string) => setHeld(others(id)),
  };
}
