import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { ReactNode } from 'react';
import { uuid } from '../uuid';

/** How long an act can be taken back. */
const UNDO_MS = 7000;

interface Strip {
  /** One of the same name goes; each its own where there is none. */
  id?: string;
  title?: string;
  color?: string;
  words: ReactNode;
  staysMs?: number;
  /** The button at its end. */
  button?: { name: string; press: () => void };
}

/** Says what was done, with a button that takes it back or leads to it. */
export function strip({ id = uuid(), title, color, words, staysMs = UNDO_MS, button }: Strip): void {
  // One of the same id on the screen would stay as it is.
  notifications.hide(id);
  notifications.show({
    id,
    title,
    color,
    autoClose: staysMs,
    message: (
      <Group justify="space-between" wrap="nowrap">
        <span>{words}</span>
        {button && (
          <Button
            size="compact-sm"
            variant="light"
            style={{ flex: 'none' }}
            onClick={() => {
              notifications.hide(id);
              button.press();
            }}
          >
            {button.name}
          </Button>
        )}
      </Group>
    ),
  });
}
