import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { dateTime } from '@/shared/format';
import { plural } from '@/shared/plural';
import { doubtsQuery, useResolveDoubt, type Doubt } from './api';
import { DOUBTS, SOURCES, dayWords, figureWords } from './words';

/** After a correction of many days there are many; the page below stays in sight. */
const AT_FIRST = 2;

interface DoubtsProps {
  /** Opens the form with the figure in doubt; when it was entered, the doubt is decided. */
  onEnter: (doubt: Doubt) => void;
}

/** Figures that a person decides about. Only for those who may. */
export function Doubts({ onEnter }: DoubtsProps) {
  const doubts = useQuery(doubtsQuery);
  const [all, setAll] = useState(false);
  if (doubts.isError) {
    return (
      <Alert color="red" variant="light" icon={<IconAlertTriangle size={18} />} title="Сомнительные курсы не загрузились">
        {doubts.error.message}{' '}
        <Button size="compact-sm" variant="default" onClick={() => void doubts.refetch()}>
          Повторить
        </Button>
      </Alert>
    );
  }
  if (!doubts.data || doubts.data.length === 0) return null;
  return (
    <Alert
      color="yellow"
      variant="light"
      icon={<IconAlertTriangle size={18} />}
      title={`Проверьте: ${plural(doubts.data.length, 'сомнительный курс', 'сомнительных курса', 'сомнительных курсов')}`}
    >
      <Stack gap="md" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
        {doubts.data.slice(0, all ? undefined : AT_FIRST).map((doubt) => (
          <One key={doubt.id} doubt={doubt} onEnter={onEnter} />
        ))}
      </Stack>
      {doubts.data.length > AT_FIRST && (
        <Button size="compact-sm" variant="subtle" mt="sm" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Свернуть' : `Показать ещё ${doubts.data.length - AT_FIRST}`}
        </Button>
      )}
    </Alert>
  );
}

function One({ doubt, onEnter }: { doubt: Doubt; onEnter: (doubt: Doubt) => void }) {
  const resolve = useResolveDoubt();
  const words = DOUBTS[doubt.reason];
  const keep = () =>
    resolve.mutate(doubt.id, { onError: (error) => notifications.show({ color: 'red', message: error.message }) });
  return (
    <li>
      <Text fw={600} className="numbers">
        {doubt.currency} на {dayWords(doubt.effective_on)}: {figureWords(doubt.figure, doubt.currency)}
      </Text>
      <Text className="numbers">
        {words.what}. Сравнивалось с {figureWords(doubt.against, doubt.currency)}. {words.state}
      </Text>
      <Text size="xs" c="dimmed" className="numbers">
        {SOURCES[doubt.source]}, замечено {dateTime(doubt.noticed_at)}
      </Text>
      <Group gap="xs" mt={6}>
        <Button size="compact-sm" variant="default" loading={resolve.isPending} onClick={keep}>
          {doubt.reason === 'jump' ? 'Цифра верна' : 'Оставить как есть'}
        </Button>
        <Button size="compact-sm" variant="subtle" onClick={() => onEnter(doubt)}>
          {doubt.reason === 'jump' ? 'Ввести другую…' : 'Принять эту цифру…'}
        </Button>
      </Group>
    </li>
  );
}
