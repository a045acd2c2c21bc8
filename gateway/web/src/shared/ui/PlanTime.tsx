import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { date, dateTime, ownZone, time } from '../format';
import { knownZone, LONGEST_MS, momentOf, presets, wallOfWords } from '../plan';
import { isQuiet, quietWords, type QuietHours } from '../quiet';
import { useNow } from '../useNow';

interface PlanTimeProps {
  /** The client's; times are chosen by it. */
  zone?: string | null;
  /** It is one's own time, of no client. */
  isOwn?: boolean;
  /** Where it begins. */
  at?: string | null;
  /** When clients sleep: said beforehand, nothing is refused for it here. */
  quiet?: QuietHours;
  /** Until when the client takes plain words: later ones are not planned. */
  openUntil?: string;
  action: string;
  disabled?: boolean;
  onChoose: (at: string) => void;
}

/** A time by the clocks of the client, with one's own beside it; or by one's own alone. */
export function PlanTime({ zone: named, isOwn = false, at, quiet, openUntil, action, disabled, onChoose }: PlanTimeProps) {
  const now = useNow();
  const zone = knownZone(named);
  const offered = presets(now, zone, isOwn ? '09:00' : undefined);
  const [day, setDay] = useState(() => date(at ?? (offered.at(1) ?? offered[0]!).at, zone));
  const [hour, setHour] = useState(() => time(at ?? (offered.at(1) ?? offered[0]!).at, zone));
  const wall = wallOfWords(day, hour);
  const chosen = wall && momentOf(wall, zone);
  const isAhead = chosen !== undefined && chosen > now;
  const isTooFar = chosen !== undefined && chosen > now + LONGEST_MS;
  const isClosed = chosen !== undefined && openUntil !== undefined && chosen >= Date.parse(openUntil);
  const isElsewhere = zone !== ownZone;
  return (
    <Stack gap="xs">
      <Group gap={6}>
        {offered.map((preset) => (
          <Button
            key={preset.name}
            size="compact-sm"
            variant="default"
            onClick={() => {
              setDay(date(preset.at, zone));
              setHour(time(preset.at, zone));
            }}
          >
            {preset.name}
          </Button>
        ))}
      </Group>
      <Group gap="xs" wrap="nowrap">
        <TextInput label="День" placeholder="дд.мм.гггг" value={day} onChange={(event) => setDay(event.currentTarget.value)} />
        <TextInput
          label={isElsewhere ? 'Время клиента' : 'Время'}
          placeholder="чч:мм"
          value={hour}
          onChange={(event) => setHour(event.currentTarget.value)}
        />
      </Group>
      <Text size="sm" c={isAhead && !isTooFar ? undefined : 'var(--bad)'} role="status">
        {chosen === undefined
          ? 'Напишите день как 05.06.2026 и время как 10:00.'
          : !isAhead
            ? 'Это время уже прошло.'
            : isTooFar
              ? 'Дольше чем на год не откладывается.'
              : isOwn
                ? dateTime(chosen)
            : isElsewhere
              ? `У клиента ${dateTime(chosen, zone)}, у вас ${dateTime(chosen)}`
              : named
                ? `${dateTime(chosen)}: пояс клиента тот же, что у вас`
                : `${dateTime(chosen)}, по вашему времени: пояс клиента неизвестен`}
      </Text>
      {quiet && isAhead && isQuiet(quiet, chosen, zone) && (
        <Text size="sm" c="var(--late)" role="note">
          {named ? 'У клиента в это время ночь' : 'В это время ночь'} ({quietWords(quiet)}).
        </Text>
      )}
      {isAhead && isClosed && (
        <Text size="sm" c="var(--bad)" role="alert">
          К этому времени окно закроется: уйдёт только шаблон. Окно открыто до {dateTime(openUntil!, zone)}
          {isElsewhere && ' по времени клиента'}.
        </Text>
      )}
      <Button disabled={!isAhead || isTooFar || isClosed || disabled} onClick={() => chosen !== undefined && onChoose(new Date(chosen).toISOString())}>
        {action}
      </Button>
    </Stack>
  );
}
