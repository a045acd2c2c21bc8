import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { plural } from '@/shared/plural';
import { useLayAside, useTakeUp, type Conversation } from './api';
import { tomorrowAtNine } from './rest';

/** How long an act can be taken back. */
const UNDO_MS = 7000;

/** Closing and putting off, each with a strip that takes it back. */
export function useRest() {
  const layAside = useLayAside();
  const takeUp = useTakeUp();
  const failed = (error: Error) => void notifications.show({ color: 'red', title: 'Не получилось', message: error.message });
  // By promises: what is told on the way of a mutation is lost with the bar or menu that started it.
  const open = (rows: Conversation[]) => takeUp.mutateAsync(rows).then(() => undefined, failed);
  const rest = (rows: Conversation[], until: string | null) =>
    layAside.mutateAsync({ rows, until }).then(() => {
      const id = `rest-${rows.map((row) => row.id).join()}`;
      const undo = () => {
        notifications.hide(id);
        void open(rows);
      };
      notifications.show({
        id,
        autoClose: UNDO_MS,
        message: (
          <Group justify="space-between" wrap="nowrap">
            {done(rows.length, until !== null)}
            <Button size="compact-sm" variant="light" style={{ flex: 'none' }} onClick={undo}>
              Вернуть
            </Button>
          </Group>
        ),
      });
    }, failed);
  return {
    close: (rows: Conversation[]) => void rest(rows, null),
    putOff: (rows: Conversation[]) => void rest(rows, tomorrowAtNine(new Date()).toISOString()),
    open: (rows: Conversation[]) => void open(rows),
  };
}

function done(count: number, isPutOff: boolean): string {
  const dialogs = plural(count, 'диалог', 'диалога', 'диалогов');
  if (isPutOff) return count === 1 ? 'Диалог отложен до завтра, 9:00' : `До завтра, 9:00, отложено: ${dialogs}`;
  return count === 1 ? 'Диалог закрыт' : `Закрыто: ${dialogs}`;
}
