import { Menu } from '@mantine/core';
import { IconArchive, IconArrowBackUp, IconCalendarClock, IconClockPause } from '@tabler/icons-react';
import type { Conversation } from './api';
import { rests } from './rest';
import { useRest } from './useRest';

interface RestItemsProps {
  conversation: Conversation;
  now: number;
  /** «Отложить до…» was pressed. */
  onPutOff: () => void;
}

/** Closing, putting off and opening again, in a menu. */
export function RestItems({ conversation, now, onPutOff }: RestItemsProps) {
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
      <Menu.Item leftSection={<IconCalendarClock size={16} />} onClick={onPutOff}>
        Отложить до…
      </Menu.Item>
      <Menu.Item leftSection={<IconArchive size={16} />} onClick={() => rest.close([conversation])}>
        Закрыть
      </Menu.Item>
    </>
  );
}
