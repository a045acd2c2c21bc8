import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { dateTime } from '@/shared/format';
import { tomorrowAtNine } from '@/shared/plan';
import { plural } from '@/shared/plural';
import { strip } from '@/shared/ui/strip';
import { conversationQuery, useLayAside, useTakeUp, type Conversation } from './api';

/** Closing and putting off, each with a strip that takes it back. */
export function useRest() {
  const cache = useQueryClient();
  const layAside = useLayAside();
  const takeUp = useTakeUp();
  const failed = (error: Error) => void notifications.show({ color: 'red', title: 'Не получилось', message: error.message });
  // By promises: what is told on the way of a mutation is lost with the bar or menu that started it.
  const open = (rows: Conversation[]) => takeUp.mutateAsync(rows).then(() => undefined, failed);
  const tell = (rows: Conversation[], until: string | null) =>
    strip({ words: done(rows.length, until), button: { name: 'Вернуть', press: () => void open(rows) } });
  const rest = (rows: Conversation[], until: string | null) =>
    layAside.mutateAsync({ rows, until }).then(() => void tell(rows, until), failed);
  const laid = async (conversation: Conversation, until: string | null) => {
    await cache.invalidateQueries({ queryKey: ['conversations'] });
    const now = await cache.fetchQuery(conversationQuery(conversation.id)).catch(() => undefined);
    if (now?.rest) tell([conversation], until);
  };
  return {
    close: (rows: Conversation[]) => void rest(rows, null),
    /** Until tomorrow where nothing is said. */
    putOff: (rows: Conversation[], until = tomorrow()) => void rest(rows, until),
    /** Tells that a message has laid it aside (`null`: closed), unless something newer keeps it open. */
    laid: ({ conversation, until }: { conversation: Conversation; until: string | null }) => void laid(conversation, until),
    open: (rows: Conversation[]) => void open(rows),
  };
}

const tomorrow = () => tomorrowAtNine(new Date()).toISOString();

function done(count: number, until: string | null): string {
  const dialogs = plural(count, 'диалог', 'диалога', 'диалогов');
  if (until === null) return count === 1 ? 'Диалог закрыт' : `Закрыто: ${dialogs}`;
  const time = until === tomorrow() ? 'завтра, 9:00' : dateTime(until);
  return count === 1 ? `Диалог отложен до ${time}` : `До ${time} отложено: ${dialogs}`;
}
