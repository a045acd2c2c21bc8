import { notifications } from '@mantine/notifications';
import { ApiError } from '@/api/problem';
import { useMe } from '@/shared/me';
import { useSend, type Aside, type Conversation, type Entry, type NewMessage } from './api';
import { rowOf } from './meant';
import { useHeld, type Held, type Refused } from './useHeld';

interface Replying {
  onRow: (entry: Entry) => void;
  /** The row that stood for a message which the hub did not take. */
  onRowGone: (id: string) => void;
  /** The hub has taken a message that lays the conversation aside. */
  onAside?: (aside: Aside) => void;
  /** What the hub did not take comes back to where it was made; says whether there was room for it. */
  giveBack: (message: NewMessage) => boolean;
  /** The same when the person asks for it: nothing else keeps the words from now on. */
  takeBack: (message: NewMessage) => void;
}

export interface Reply {
  /** The row stands at once, the hub's answer comes later. */
  press: (message: NewMessage, quote?: Entry) => void;
  /** The client's night holds a message until the person decides. */
  night?: { held: Held; decide: (atNight?: NewMessage['atNight']) => void; takeBack: () => void };
  /** A message that the hub refused, and that did not fit into the field beside other words. */
  refused?: { one: Refused; takeBack: () => void; drop: () => void };
}

/** Presses of one conversation. */
export function useReply(place: Conversation, { onRow, onRowGone, onAside, giveBack, takeBack }: Replying): Reply {
  const me = useMe();
  const held = useHeld('night', place.id);
  const refused = useHeld('refused', place.id);
  const taken = (message: NewMessage, entry: Entry) => {
    held.drop(message.id);
    onRow(entry);
    if (message.aside) onAside?.(message.aside);
  };
  const send = useSend(place, taken, (message, error) => {
    onRowGone(message.id);
    if (error instanceof ApiError && error.type === 'quiet-hours') {
      held.add({ message, until: String(error.problem.until) });
      return;
    }
    held.drop(message.id);
    notifications.show({ color: 'red', title: 'Сообщение не принято', message: error.message });
    if (!giveBack(message)) refused.add({ message, why: error.message });
  });
  const asked = held.first;
  const first = refused.first;
  // It stays kept until the hub has answered, so that a reload meanwhile asks anew; the id is the same.
  const isAsked = asked && !(send.isPending && send.variables.id === asked.message.id);
  return {
    press: (message, quote) => {
      onRow({ ...rowOf(message, place, me), quote: quote ? { interaction_id: quote.id, text: quote.text } : null });
      send.mutate(message);
    },
    night: isAsked
      ? {
          held: asked,
          decide: (atNight) => {
            const decided = { ...asked.message, atNight };
            onRow(rowOf(atNight === 'hold' ? { ...decided, plannedFor: asked.until } : decided, place, me));
            send.mutate(decided);
          },
          takeBack: () => {
            held.drop(asked.message.id);
            takeBack(asked.message);
          },
        }
      : undefined,
    refused: first && {
      one: first,
      takeBack: () => {
        refused.drop(first.message.id);
        takeBack(first.message);
      },
      drop: () => refused.drop(first.message.id),
    },
  };
}
