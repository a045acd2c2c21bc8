import { ActionIcon, Button, Checkbox, Group, Text } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconPlus, IconX } from '@tabler/icons-react';
import { channelLook, channels } from '@/channels';
import classes from './Messaging.module.css';
import { moved, without, type Place } from './order';

interface ChannelOrderProps {
  places: Place[];
  readOnly: boolean;
  onPlaces: (places: Place[]) => void;
}

/** Nobody writes by telephone. */
const WRITTEN = Object.keys(channels).filter((channel) => channel !== 'telephony');

/** In which order the rule tries the channels. */
export function ChannelOrder({ places, readOnly, onPlaces }: ChannelOrderProps) {
  const unused = WRITTEN.filter((channel) => places.every((place) => place.channel !== channel));
  return (
    <>
      <ol className={classes.order} aria-label="Порядок каналов">
        {places.map((place, at) => (
          <li key={place.channel} className={classes.place}>
            <Name channel={place.channel} />
            <span className={classes.equal}>
              {at > 0 && (
                <Checkbox
                  size="sm"
                  label="наравне с предыдущим"
                  aria-label={`${channelLook(place.channel).name} наравне с предыдущим`}
                  checked={place.equal}
                  disabled={readOnly}
                  onChange={(event) => {
                    const equal = event.currentTarget.checked;
                    onPlaces(places.map((other) => (other === place ? { ...place, equal } : other)));
                  }}
                />
              )}
            </span>
            {!readOnly && <Moves places={places} at={at} onPlaces={onPlaces} />}
          </li>
        ))}
      </ol>
      {!readOnly && unused.length > 0 && (
        <Group gap="xs">
          <Text size="sm" c="dimmed">
            Не используются:
          </Text>
          {unused.map((channel) => (
            <Button
              key={channel}
              size="compact-sm"
              variant="default"
              leftSection={<IconPlus size={14} />}
              onClick={() => onPlaces([...places, { channel, equal: false }])}
            >
              {channelLook(channel).name}
            </Button>
          ))}
        </Group>
      )}
    </>
  );
}

function Moves({ places, at, onPlaces }: { places: Place[]; at: number; onPlaces: (places: Place[]) => void }) {
  const channel = places[at]!.channel;
  const { name } = channelLook(channel);
  return (
    <Group gap={4}>
      <ActionIcon variant="subtle" disabled={at === 0} aria-label={`${name} выше`} onClick={() => onPlaces(moved(places, at, -1))}>
        <IconArrowUp size={16} />
      </ActionIcon>
      <ActionIcon
        variant="subtle"
        disabled={at === places.length - 1}
        aria-label={`${name} ниже`}
        onClick={() => onPlaces(moved(places, at, 1))}
      >
        <IconArrowDown size={16} />
      </ActionIcon>
      <ActionIcon
        variant="subtle"
        disabled={places.length === 1}
        aria-label={`Не использовать ${name}`}
        onClick={() => onPlaces(without(places, channel))}
      >
        <IconX size={16} />
      </ActionIcon>
    </Group>
  );
}

function Name({ channel }: { channel: string }) {
  const look = channelLook(channel);
  return (
    <span className={classes.name}>
      <look.icon size={18} stroke={1.7} aria-hidden="true" />
      {look.name}
    </span>
  );
}
