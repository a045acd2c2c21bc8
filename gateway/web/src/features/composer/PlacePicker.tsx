import { Button, Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { memo } from 'react';
import { channelLook } from '@/channels';
import type { Conversation } from './api';
import classes from './Composer.module.css';
import { PlaceItem } from './PlaceItem';

interface PlacePickerProps {
  place: Conversation;
  places: Conversation[];
  /** What is being written, asked for when the menu opens: no key draws this anew. */
  words: () => string;
  onPlace: (id: string) => void;
  /** It was opened: the ways that lead to the person without a conversation are wanted too. */
  onLook: () => void;
  note?: string | null;
}

/** Where the answer goes; changing it keeps the words. */
export const PlacePicker = memo(function PlacePicker({ place, places, words, onPlace, onLook, note }: PlacePickerProps) {
  const look = channelLook(place.account?.channel ?? '');
  return (
    <Menu position="top-start" onOpen={onLook}>
      <Menu.Target>
        <Button
          variant="default"
          px={10}
          leftSection={<look.icon size={18} aria-hidden="true" />}
          rightSection={<IconChevronDown size={14} aria-hidden="true" />}
          aria-label={`Канал: ${look.name}${note ? `, ${note}` : ''}`}
        >
          <span className={classes.word}>{look.name}</span>
          {note && <span className={classes.note}>{note}</span>}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {places.map((known) => (
          <PlaceItem
            key={known.id}
            place={known}
            hasTwin={places.some((other) => other !== known && other.account?.id === known.account?.id)}
            text={words().trim()}
            onPlace={onPlace}
          />
        ))}
      </Menu.Dropdown>
    </Menu>
  );
});
