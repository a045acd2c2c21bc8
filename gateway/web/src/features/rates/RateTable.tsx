import { Badge, Button, Group, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { dateTime } from '@/shared/format';
import type { Rate } from './api';
import { SOURCES, dayWords, decimal } from './words';

/** So many rows at once: ten years are more than two thousand. */
const AT_ONCE = 60;

interface RateTableProps {
  /** By date. */
  items: Rate[];
  today: string;
  /** Given where the person may take a rate by hand back. */
  onWithdraw?: (rate: Rate) => void;
}

/** The records in figures, the newest first. */
export function RateTable({ items, today, onWithdraw }: RateTableProps) {
  const [most, setMost] = useState(AT_ONCE);
  const inForce = items.findLast((rate) => rate.is_used && rate.effective_on <= today);
  const rows = items.toReversed();
  return (
    <>
      <Table.ScrollContainer minWidth={760} scrollAreaProps={{ viewportProps: { tabIndex: 0, role: 'region', 'aria-label': 'Таблица курсов' } }}>
        <Table verticalSpacing={8} horizontalSpacing="md" className="numbers">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Действует с</Table.Th>
              <Table.Th ta="right">Номинал</Table.Th>
              <Table.Th ta="right">Курс, ₽</Table.Th>
              <Table.Th ta="right">За единицу, ₽</Table.Th>
              <Table.Th>Источник</Table.Th>
              <Table.Th>Получен</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.slice(0, most).map((rate) => (
              <Table.Tr key={`${rate.effective_on} ${rate.source}`} c={rate.is_used ? undefined : 'dimmed'}>
                <Table.Td>
                  <Group gap="xs" wrap="nowrap">
                    {dayWords(rate.effective_on)}
                    {rate === inForce && (
                      <Badge size="sm" variant="default" tt="none">
                        действует
                      </Badge>
                    )}
                    {rate.effective_on > today && (
                      <Badge size="sm" variant="default" tt="none">
                        ещё не действует
                      </Badge>
                    )}
                  </Group>
                </Table.Td>
                <Table.Td ta="right">{decimal(String(rate.nominal))}</Table.Td>
                <Table.Td ta="right">{decimal(rate.value, { min: 4 })}</Table.Td>
                <Table.Td ta="right">{decimal(rate.unit_rate, { min: 4 })}</Table.Td>
                <Table.Td>
                  <Source rate={rate} onWithdraw={onWithdraw} />
                </Table.Td>
                <Table.Td>{dateTime(rate.fetched_at)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {rows.length > most && (
        <Group justify="center" p="md">
          <Button variant="default" onClick={() => setMost(most + 4 * AT_ONCE)}>
            Показать ещё
          </Button>
        </Group>
      )}
    </>
  );
}

function Source({ rate, onWithdraw }: { rate: Rate; onWithdraw?: (rate: Rate) => void }) {
  return (
    <Group gap="xs" wrap="nowrap">
      <div>
        {SOURCES[rate.source]}
        {!rate.is_used && ' · заменён введённым вручную'}
        {rate.reason && (
          <Text size="xs" c="dimmed">
            {rate.reason}
          </Text>
        )}
      </div>
      {rate.source === 'manual' && onWithdraw && (
        <Button
          size="compact-xs"
          variant="subtle"
          onClick={() => onWithdraw(rate)}
          aria-label={`Отозвать курс, введённый на ${dayWords(rate.effective_on)}`}
        >
          Отозвать
        </Button>
      )}
    </Group>
  );
}
