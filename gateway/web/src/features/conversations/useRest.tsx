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
  const rest = (rows: Conversation[], until: string | null) =>
    layAside.mutate(
      { rows, until },
      {
        onError: failed,
        onSuccess: () => {
          const id = `rest-${rows.map((row) => row.id).join()}`;
          const undo = () => {
            notifications.hide(id);
            takeUp.mutate(rows, { onError: failed });
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
        },
      },
    );
  return {
    close: (rows: Conversation[]) => rest(rows, null),
    putOff: (rows: Conversation[]) => rest(rows, tomorrowAtNine(new Date()).toISOString()),
    open: (rows: Conversation[]) => takeUp.mutate(rows, { onError: failed }),
  };
}

function done(count: number, isPutOff: boolean): string {
  const dialogs = plural(count, 'диалог', 'диалога', 'диалогов');
  if (isPutOff) return count === 1 ? 'Диалог отложен до завтра, 9:00' : `До завтра, 9:00, отложено: ${dialogs}`;
  return count === 1 ? 'Диалог закрыт' : `Закрыто: ${dialogs}`;
}
