import { readLocalStorageValue, useLocalStorage } from '@mantine/hooks';
import { useMe } from '@/shared/me';
import type { NewMessage } from './api';

/** A message that the hub has not taken: it is night where the client is, and a person has to decide. */
export interface Held {
  message: NewMessage;
  /** When the night ends. */
  until: string;
}

/** A message that the hub will not take as it is. */
export interface Refused {
  message: NewMessage;
  /** In words. */
  why: string;
}

interface Kinds {
  night: Held;
  refused: Refused;
}

const NONE: never[] = [];

/** What waits for a decision in a conversation, the oldest first; it outlives the page. */
export function useHeld<Kind extends keyof Kinds>(kind: Kind, conversation: string) {
  type One = Kinds[Kind];
  const me = useMe();
  const key = `uzel-${kind}-${me.id}-${conversation}`;
  const [held, setHeld] = useLocalStorage<One[]>({ key, defaultValue: NONE, getInitialValueInEffect: false });
  // Read anew at each change: the hub may answer after this screen is gone.
  const others = (id: string) => readLocalStorageValue<One[]>({ key, defaultValue: NONE }).filter(({ message }) => message.id !== id);
  return {
    first: held[0],
    add: (one: One) => setHeld([...others(one.message.id), one]),
    drop: (id: string) => setHeld(others(id)),
  };
}
