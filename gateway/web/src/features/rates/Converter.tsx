import { ActionIcon, Card, Group, Select, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconArrowsLeftRight } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schema } from '@/api/client';
import { DayField } from '@/shared/ui/DayField';
import { convertQuery } from './api';
import { dayWords, decimal, typedDecimal } from './words';

const BASE = 'RUB';

interface ConverterProps {
  currencies: string[];
  /** The one that is looked at. */
  currency: string;
  today: string;
}

/** A sum from one currency into another by the rates of a day, with the way it was computed. */
export function Converter({ currencies, currency, today }: ConverterProps) {
  const [amount, setAmount] = useState('100');
  const [from, setFrom] = useState(currency);
  const [to, setTo] = useState(BASE);
  const [day, setDay] = useState<string | null>(null);
  const number = typedDecimal(amount);
  const [asked] = useDebouncedValue({ amount: number, from, to, day: day ?? today }, 250);
  const { amount: known } = asked;
  const sum = useQuery({ ...convertQuery({ ...asked, amount: known ?? '0' }), enabled: known !== undefined, retry: false });
  const choices = [BASE, ...currencies];
  return (
    <Card withBorder padding="md" component="section" aria-label="Пересчёт">
      <Stack gap="sm">
        <Title order={2}>Пересчёт</Title>
        <TextInput
          label="Сумма"
          inputMode="decimal"
          value={amount}
          onChange={(event) => setAmount(event.currentTarget.value)}
          error={number === undefined ? 'Введите число, например 1250,50' : undefined}
        />
        <Group gap="xs" align="flex-end" wrap="nowrap">
          <Select label="Из" flex={1} allowDeselect={false} data={choices} value={from} onChange={(code) => code && setFrom(code)} />
          <ActionIcon
            variant="default"
            size={36}
            aria-label="Поменять валюты местами"
            onClick={() => {
              setFrom(to);
              setTo(from);
            }}
          >
            <IconArrowsLeftRight size={16} />
          </ActionIcon>
          <Select label="В" flex={1} allowDeselect={false} data={choices} value={to} onChange={(code) => code && setTo(code)} />
        </Group>
        <DayField label="По курсу на день" placeholder={`сегодня, ${dayWords(today)}`} clearable value={day} onChange={setDay} />
        <div role="status">
          {number === undefined ? null : sum.isError ? (
            <Text c="var(--bad)">{sum.error.message}</Text>
          ) : (
            sum.data && <Result sum={sum.data} />
          )}
        </div>
      </Stack>
    </Card>
  );
}

function Result({ sum }: { sum: Schema<'Conversion'> }) {
  return (
    <Stack gap={4} className="numbers">
      <Text size="xl" fw={600}>
        {decimal(sum.result, { min: 2 })} {sum.to}
      </Text>
      <Text>{sum.formula}</Text>
      <Text size="xs" c="dimmed">
        {basisWords(sum)}
        {sum.is_derived && ' Курс между двумя валютами выведен через рубль, Банк России его не публикует.'}
      </Text>
    </Stack>
  );
}

/** Of which day the rates are, and why not of the asked one. */
export function basisWords({ basis, day, effective_on }: Pick<Schema<'Conversion'>, 'basis' | 'day' | 'effective_on'>): string {
  if (!effective_on) return 'Курс не нужен.';
  switch (basis) {
    case 'exact':
      return `Курс на ${dayWords(effective_on)}.`;
    case 'carried':
      return `На ${dayWords(day)} новых курсов нет: действуют курсы на ${dayWords(effective_on)}.`;
    case 'last_common':
      return `Общих курсов на ${dayWords(day)} нет: взяты последние общие, на ${dayWords(effective_on)}.`;
  }
}
