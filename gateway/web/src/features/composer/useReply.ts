import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { ApiError } from '@/api/problem';
import { useMe } from '@/shared/me';
import { useSend, type Aside, type Conversation, type Entry, type NewMessage } from './api';
import { rowOf } from './meant';

interface Replying {
  onRow: (entry: Entry) => void;
  /** The hub has taken a message after which the conversation is to be laid aside. */
  onAside?: (aside: Aside) => void;
  /** What the hub did not take comes back to where it was made. */
  giveBack: (message: NewMessage) => void;
}

export interface Reply {
  /** The row stands at once, the hub's answer comes later. */
  press: (message: NewMessage, quote?: Entry) => void;
  /** The client's night holds a message until the person decides. */
  night?: { words: string; decide: (atNight: NewMessage['atNight']) => void; takeBack: () => void };
}

/** Presses of one conversation. */
export function useReply(place: Conversation, { onRow, onAside, giveBack }: Replying): Reply {
  const me = useMe();
  const [held, setHeld] = useState<{ message: NewMessage; words: string }>();
  const refuse = (message: NewMessage, words: string) => {
    onRow({ ...rowOf(message, place, me), state: 'failed', failure: { code: '', text: words } });
    giveBack(message);
  };
  const taken = ({ aside }: NewMessage, entry: Entry) => {
    onRow(entry);
    if (aside) onAside?.(aside);
  };
  const send = useSend(place.id, taken, (message, error) => {
    if (error instanceof ApiError && error.type === 'quiet-hours') {
      setHeld({ message, words: error.message });
      return;
    }
    notifications.show({ color: 'red', title: 'Сообщение не принято', message: error.message, autoClose: false });
    refuse(message, error.message);
  });
  return {
    press: (message, quote) => {
      onRow({ ...rowOf(message, place, me), quote: quote ? { interaction_id: quote.id, text: quote.text } : null });
      send.mutate(message);
    },
    night: held && {
      words: held.words,
      decide: (atNight) => {
        send.mutate({ ...held.message, atNight });
        setHeld(undefined);
      },
      takeBack: () => {
        refuse(held.message, held.words);
        setHeld(undefined);
      },
    },
  };
}
