import { Alert, Button, Group, Modal, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { DayField } from '@/shared/ui/DayField';
import { FormFailure } from '@/shared/ui/States';
import { inForceQuery, useEnterRate, type ManualRate } from './api';
import { shifted } from './search';
import { SOURCES, dayWords, decimal, typedDecimal } from './words';

/** What a form begins with. */
export type Start = Pick<ManualRate, 'currency' | 'effective_on'> & Partial<ManualRate>;

interface EnterRateProps {
  start: Start;
  currencies: string[];
  today: string;
  onClose: () => void;
  onEntered?: () => void;
}

const FAR_AHEAD_DAYS = 31;

/** «Ввести курс вручную»: the form, then the same in words beside what counts now, then it is done. */
export function EnterRate({ start, currencies, today, onClose, onEntered }: EnterRateProps) {
  const [currency, setCurrency] = useState(start.currency);
  const [day, setDay] = useState<string | null>(start.effective_on);
  const [nominal, setNominal] = useState(String(start.nominal ?? 1));
  const [value, setValue] = useState(start.value ? decimal(start.value) : '');
  const [reason, setReason] = useState(start.reason ?? '');
  const [asked, setAsked] = useState<ManualRate>();
  const [touched, setTouched] = useState(false);
  const wrongNominal = /^[1-9]\d{0,5}$|^1000000$/.test(nominal.trim()) ? undefined : 'Целое число от 1 до 1 000 000';
  const typed = typedDecimal(value);
  const wrongValue = typed && Number(typed) > 0 ? undefined : 'Положительное число, например 97,8335';
  const complete = day && !wrongNominal && typed && !wrongValue && reason.trim() !== '';

  const check = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTouched(true);
    // The day may hold words that are no day.
    if (!complete || !event.currentTarget.checkValidity()) return;
    setAsked({ currency, effective_on: day, nominal: Number(nominal), value: typed, reason: reason.trim() });
  };
  if (asked) {
    return <Confirm rate={asked} onBack={() => setAsked(undefined)} onClose={onClose} onEntered={onEntered} />;
  }
  return (
    <Modal opened onClose={onClose} title="Курс вручную">
      <form onSubmit={check} noValidate>
        <Stack gap="sm">
          <Group grow align="flex-start">
            <Select label="Валюта" allowDeselect={false} data={currencies} value={currency} onChange={(code) => code && setCurrency(code)} />
            <DayField
              label="Действует с"
              placeholder="день"
              maxDate={shifted(today, FAR_AHEAD_DAYS)}
              value={day}
              onChange={setDay}
              error={touched && !day ? 'Выберите день' : undefined}
            />
          </Group>
          <Group grow align="flex-start">
            <TextInput
              label="Номинал"
              description="За сколько единиц"
              inputMode="numeric"
              value={nominal}
              onChange={(event) => setNominal(event.currentTarget.value)}
              error={touched ? wrongNominal : undefined}
            />
            <TextInput
              label="Курс, ₽"
              description="За весь номинал"
              inputMode="decimal"
              placeholder="97,8335"
              value={value}
              onChange={(event) => setValue(event.currentTarget.value)}
              error={touched ? wrongValue : undefined}
            />
          </Group>
          <Textarea
            label="Почему"
            description="Видно всем рядом с курсом и остаётся в журнале действий вместе с вашим именем."
            autosize
            minRows={2}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            error={touched && reason.trim() === '' ? 'Без причины курс не принимается' : undefined}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Отмена
            </Button>
            <Button type="submit">Дальше</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

interface ConfirmProps {
  rate: ManualRate;
  onBack: () => void;
  onClose: () => void;
  onEntered?: () => void;
}

/** A slip of the comma makes all sums wrong: what was typed stands beside what counts now. */
function Confirm({ rate, onBack, onClose, onEntered }: ConfirmProps) {
  const enter = useEnterRate();
  const now = useQuery({ ...inForceQuery(rate.currency, rate.effective_on), retry: false }).data;
  const change = now && (Number(rate.value) / rate.nominal / Number(now.unit_rate) - 1) * 100;
  const confirm = () =>
    enter.mutate(rate, {
      onSuccess: () => {
        notifications.show({ color: 'green', message: `Курс ${rate.currency} на ${dayWords(rate.effective_on)} введён` });
        onEntered?.();
        onClose();
      },
    });
  return (
    <Modal opened onClose={onClose} title="Проверьте курс">
      <Stack gap="sm">
        <Text size="lg" className="numbers">
          С {dayWords(rate.effective_on)}: {decimal(rate.value)} ₽ за {decimal(String(rate.nominal))} {rate.currency}
        </Text>
        {now && (
          <Text c="dimmed" className="numbers">
            Сейчас на этот день: {decimal(now.value)} ₽ за {decimal(String(now.nominal))} {now.currency} (
            {SOURCES[now.source]}, с {dayWords(now.effective_on)}).
          </Text>
        )}
        {change !== undefined && (
          <Alert color={Math.abs(change) > 20 ? 'red' : 'gray'} variant="light">
            {Math.abs(change) < 0.005
              ? 'Курс за единицу не изменится.'
              : `За единицу ${change > 0 ? 'больше' : 'меньше'} на ${decimal(Math.abs(change).toFixed(2))} %.`}
            {Math.abs(change) > 20 && ' Это очень много: проверьте номинал и запятую.'}
          </Alert>
        )}
        <Text>
          С этого дня и до следующей записи все расчёты пойдут по этому курсу. Курс банка за тот же день сохранится: введённый
          курс можно отозвать.
        </Text>
        <FormFailure error={enter.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onBack}>
            Назад
          </Button>
          <Button loading={enter.isPending} onClick={confirm} data-autofocus>
            Ввести курс
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
