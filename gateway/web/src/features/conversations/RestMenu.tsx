import { ActionIcon, Menu } from '@mantine/core';
import { IconArchive } from '@tabler/icons-react';
import { useState } from 'react';
import { useRight } from '@/shared/me';
import { useNow } from '@/shared/useNow';
import type { Conversation } from './api';
import { PutOff } from './PutOff';
import { RestItems } from './RestItems';

/** What can be done when there is nothing more to say for now. */
export function RestMenu({ conversation, size }: { conversation: Conversation; size: number }) {
  const now = useNow();
  const [isPuttingOff, setPuttingOff] = useState(false);
  if (useRight('clients.write') === undefined) return null;
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size={size} aria-label="Закрыть или отложить диалог">
            <IconArchive size={20} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <RestItems conversation={conversation} now={now} onPutOff={() => setPuttingOff(true)} />
        </Menu.Dropdown>
      </Menu>
      <PutOff rows={isPuttingOff ? [conversation] : undefined} onClose={() => setPuttingOff(false)} />
    </>
  );
}
