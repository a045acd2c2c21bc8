import { Button, Group, NumberInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState, type FormEvent } from 'react';
import { ApiError } from '@/api/problem';
import { FormFailure } from '@/shared/ui/States';
import { useEditRules, type Rules } from './api';
import { ChannelOrder } from './ChannelOrder';
import classes from './Messaging.module.css';
import { orderOf, placesOf } from './order';

interface RulesFormProps {
  rules: Rules;
  readOnly: boolean;
  /** Reads what somebody else has saved. */
  onReload: () => void;
}

/** `21:00:00` as the field of a form has it. */
const minutes = (time: string) => time.slice(0, 5);

/** Quiet hours, the length of a dialogue and the order of channels. */
export function RulesForm({ rules, readOnly, onReload }: RulesFormProps) {
  const [from, setFrom] = useState(minutes(rules.quiet_from));
  const [until, setUntil] = useState(minutes(rules.quiet_until));
  const [hours, setHours] = useState<number | string>(rules.dialogue_hours);
  const [places, setPlaces] = useState(() => placesOf(rules.channel_order));
  const edit = useEditRules();
  const error = edit.error instanceof ApiError ? edit.error : null;
  const fault = (field: string) => (error?.field === field ? error.message : undefined);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    edit.mutate(
      {
        version: rules.version,
        quiet_from: `${from}:00`,
        quiet_until: `${until}:00`,
        dialogue_hours: Number(hours),
        channel_order: orderOf(places),
      },
      { onSuccess: () => notifications.show({ color: 'green', message: 'Правила сохранены' }) },
    );
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Title order={2}>Тихие часы</Title>
        <Text c="dimmed">
          В это время по часам клиента рассылки и запланированные сообщения ждут утра. Ответ на письмо клиента уходит всегда.
        </Text>
        <Group align="flex-start">
          <Clock label="С" value={from} disabled={readOnly} error={fault('quiet_from')} onValue={setFrom} />
          <Clock label="До" value={until} disabled={readOnly} error={fault('quiet_until')} onValue={setUntil} />
        </Group>
        {from === until && <Text size="sm">Начало и конец совпадают: тихих часов нет.</Text>}
        <NumberInput
          maw={320}
          label="Диалог длится, часов"
          description="Столько времени после слов клиента сообщение считается ответом, а не рассылкой"
          min={1}
          max={720}
          allowDecimal={false}
          disabled={readOnly}
          value={hours}
          error={fault('dialogue_hours')}
          onChange={setHours}
        />
        <Title order={2}>Порядок каналов</Title>
        <Text c="dimmed">
          Когда канал выбирает Узел, сообщение уходит одним каналом: первым по порядку, который сейчас его примет. Из равных берётся
          тот, где клиент писал последним.
        </Text>
        <ChannelOrder places={places} readOnly={readOnly} onPlaces={setPlaces} />
        {fault('channel_order') && (
          <Text c="red" size="sm" role="alert">
            {fault('channel_order')}
          </Text>
        )}
        {error?.field === undefined && <FormFailure error={edit.error} />}
        {!readOnly && (
          <Group>
            <Button type="submit" loading={edit.isPending}>
              Сохранить
            </Button>
            {error?.type === 'stale-version' && (
              <Button variant="default" onClick={onReload}>
                Показать новые правила
              </Button>
            )}
          </Group>
        )}
      </Stack>
    </form>
  );
}

interface ClockProps {
  label: string;
  value: string;
  disabled: boolean;
  error?: string;
  onValue: (value: string) => void;
}

/** `21:00`. The browser's own field shows the hours of its own language, which may be twelve. */
function Clock({ label, value, disabled, error, onValue }: ClockProps) {
  return (
    <TextInput
      className={classes.times}
      label={label}
      placeholder="чч:мм"
      pattern="([01]\d|2[0-3]):[0-5]\d"
      title="Часы и минуты, например 21:00"
      required
      withAsterisk={false}
      disabled={disabled}
      value={value}
      error={error}
      onChange={(event) => onValue(event.currentTarget.value)}
    />
  );
}
