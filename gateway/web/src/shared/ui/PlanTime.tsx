import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { dateTime, ownZone } from '../format';
import { knownZone, momentOf, presets, wallOf } from '../plan';
import { useNow } from '../useNow';

interface PlanTimeProps {
  /** The client's; times are chosen by it. */
  zone?: string | null;
  /** Where it begins. */
  at?: string | null;
  action: string;
  disabled?: boolean;
  onChoose: (at: string) => void;
}

/** A time by the clocks of the client, with one's own beside it. */
export function PlanTime({ zone: named, at, action, disabled, onChoose }: PlanTimeProps) {
  const now = useNow();
  const zone = knownZone(named);
  const offered = presets(now, zone);
  const [wall, setWall] = useState(() => wallOf(at ? Date.parse(at) : (offered.at(1) ?? offered[0]!).at, zone));
  const chosen = momentOf(wall, zone);
  const isAhead = chosen !== undefined && chosen > now;
  const isElsewhere = zone !== ownZone;
  return (
    <Stack gap="xs">
      <Group gap={6}>
        {offered.map((preset) => (
          <Button key={preset.name} size="compact-sm" variant="default" onClick={() => setWall(wallOf(preset.at, zone))}>
            {preset.name}
          </Button>
        ))}
      </Group>
      <Group gap="xs" wrap="nowrap">
        <TextInput
          type="date"
          label="День"
          lang="ru"
          value={wall.day}
          onChange={(event) => setWall({ ...wall, day: event.currentTarget.value })}
        />
        <TextInput
          type="time"
          label={isElsewhere ? 'Время клиента' : 'Время'}
          lang="ru"
          value={wall.time}
          onChange={(event) => setWall({ ...wall, time: event.currentTarget.value })}
        />
      </Group>
      <Text size="sm" c={isAhead ? undefined : 'red'} role="status">
        {!isAhead || chosen === undefined
          ? 'Выберите время в будущем.'
          : isElsewhere
            ? `У клиента ${dateTime(chosen, zone)} (${zone}), у вас ${dateTime(chosen)}`
            : named
              ? `${dateTime(chosen)}: пояс клиента тот же, что у вас`
              : `${dateTime(chosen)}, по вашему времени: пояс клиента неизвестен`}
      </Text>
      <Button disabled={!isAhead || disabled} onClick={() => chosen !== undefined && onChoose(new Date(chosen).toISOString())}>
        {action}
      </Button>
    </Stack>
  );
}
