import { Menu } from '@mantine/core';
import { IconArchive, IconArrowBackUp, IconClockPause } from '@tabler/icons-react';
import type { Conversation } from './api';
import { rests } from './rest';
import { useRest } from './useRest';

/** Closing, putting off and opening again, in a menu. */
export function RestItems({ conversation, now }: { conversation: Conversation; now: number }) {
  const rest = useRest();
  if (rests(conversation, now)) {
    return (
      <Menu.Item leftSection={<IconArrowBackUp size={16} />} onClick={() => rest.open([conversation])}>
        Открыть снова
      </Menu.Item>
    );
  }
  return (
    <>
      <Menu.Item leftSection={<IconClockPause size={16} />} onClick={() => rest.putOff([conversation])}>
        Отложить до завтра, 9:00
      </Menu.Item>
      <Menu.Item leftSection={<IconArchive size={16} />} onClick={() => rest.close([conversation])}>
        Закрыть
      </Menu.Item>
    </>
  );
}
