import { ActionIcon, Group, Tooltip } from '@mantine/core';
import { IconArchive, IconCalendarClock, IconClockPause, IconInbox, IconMailOpened, IconUserPlus, IconX, type Icon } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { useRight } from '@/shared/me';
import { form } from '@/shared/plural';
import { useMarkRead, useMarkUnread, type Conversation } from './api';
import classes from './ConversationList.module.css';
import { PutOff } from './PutOff';
import { useRest } from './useRest';

const AssignDialog = lazy(() => import('./AssignDialog'));

/** What can be done with several at once. */
export default function MassBar({ picked, onDone }: { picked: Conversation[]; onDone: () => void }) {
  const markRead = useMarkRead();
  const markUnread = useMarkUnread();
  const mayAssign = useRight('clients.transfer') !== undefined;
  const mayWrite = useRight('clients.write') !== undefined;
  const rest = useRest();
  const [assigning, setAssigning] = useState(false);
  const [isPuttingOff, setPuttingOff] = useState(false);
  const all = async (act: (row: Conversation) => Promise<unknown>) => {
    for (const row of picked) await act(row);
    onDone();
  };
  return (
    <Group className={classes.tools} gap="xs" wrap="nowrap" role="toolbar" aria-label="Выбранные диалоги">
      <span style={{ flex: 1 }}>
        {form(picked.length, 'Выбран', 'Выбрано', 'Выбрано')} {picked.length}
      </span>
      {mayAssign && <Act label="Назначить" icon={IconUserPlus} onClick={() => setAssigning(true)} />}
      <Suspense>{assigning && <AssignDialog picked={picked} onClose={() => setAssigning(false)} onDone={onDone} />}</Suspense>
      {mayWrite && (
        <>
          <Act
            label="Отложить до завтра, 9:00"
            icon={IconClockPause}
            onClick={() => {
              rest.putOff(picked);
              onDone();
            }}
          />
          <Act label="Отложить до…" icon={IconCalendarClock} onClick={() => setPuttingOff(true)} />
          <PutOff rows={isPuttingOff ? picked : undefined} onClose={() => setPuttingOff(false)} onDone={onDone} />
          <Act
            label="Закрыть"
            icon={IconArchive}
            onClick={() => {
              rest.close(picked);
              onDone();
            }}
          />
        </>
      )}
      <Act
        label="Пометить прочитанными"
        icon={IconMailOpened}
        onClick={() => void all((row) => markRead.mutateAsync({ id: row.id, until: row.last_at }))}
      />
      <Act label="Пометить непрочитанными" icon={IconInbox} onClick={() => void all((row) => markUnread.mutateAsync(row.id))} />
      <Act label="Снять выбор" icon={IconX} onClick={onDone} />
    </Group>
  );
}

/** A sign with its word beside the pointer: three words do not fit the list. */
function Act({ label, icon: Sign, onClick }: { label: string; icon: Icon; onClick: () => void }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" size={32} onClick={onClick} aria-label={label}>
        <Sign size={18} aria-hidden="true" />
      </ActionIcon>
    </Tooltip>
  );
}
