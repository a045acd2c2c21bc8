import { ActionIcon, Button, Group, Tooltip } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { form } from '@/shared/plural';
import { useMarkRead, useMarkUnread, type Conversation } from './api';
import classes from './ConversationList.module.css';

/** What can be done with several at once. */
export function MassBar({ picked, onDone }: { picked: Conversation[]; onDone: () => void }) {
  const markRead = useMarkRead();
  const markUnread = useMarkUnread();
  const all = async (act: (row: Conversation) => Promise<unknown>) => {
    for (const row of picked) await act(row);
    onDone();
  };
  return (
    <Group className={classes.tools} gap="xs" wrap="nowrap" role="toolbar" aria-label="Выбранные диалоги">
      <span style={{ flex: 1 }}>
        {form(picked.length, 'Выбран', 'Выбрано', 'Выбрано')} {picked.length}
      </span>
      <Button
        size="compact-sm"
        variant="default"
        onClick={() => void all((row) => markRead.mutateAsync({ id: row.id, until: row.last_at }))}
      >
        Прочитано
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        onClick={() => void all((row) => markUnread.mutateAsync(row.id))}
      >
        Не прочитано
      </Button>
      <Tooltip label="Снять выбор">
        <ActionIcon variant="subtle" color="gray" onClick={onDone} aria-label="Снять выбор">
          <IconX size={18} />
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}
