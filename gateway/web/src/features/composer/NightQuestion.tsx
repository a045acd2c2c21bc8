import { Alert, Button, Group } from '@mantine/core';
import { IconMoon } from '@tabler/icons-react';
import { date, ownZone, time } from '@/shared/format';
import { useRight } from '@/shared/me';
import { knownZone } from '@/shared/plan';
import { useNow } from '@/shared/useNow';
import { quoted } from '@/shared/words/quoted';
import type { NewMessage } from './api';
import classes from './Composer.module.css';
import { wordsOf } from './meant';
import type { Held } from './useHeld';

interface NightQuestionProps {
  held: Held;
  /** The client's. */
  zone?: string | null;
  onDecide: (atNight?: NewMessage['atNight']) => void;
  onBack: () => void;
}

/** A message by hand in the client's night: a person decides, nothing waits silently. */
export function NightQuestion({ held: { message, until }, zone, onDecide, onBack }: NightQuestionProps) {
  const mayAtNight = useRight('messages.at_night') !== undefined;
  const now = useNow();
  const isOver = Date.parse(until) <= now;
  // A planned time that went by while the question stood is now.
  const planned = message.plannedFor && Date.parse(message.plannedFor) > now ? message.plannedFor : undefined;
  const clocks = knownZone(zone);
  const goesAt = planned && time(planned, clocks);
  return (
    <Alert
      color="yellow"
      icon={<IconMoon size={18} />}
      title={isOver ? 'Ночь у клиента прошла' : planned ? `${dayOf(planned, clocks)} в ${goesAt} у клиента будет ночь` : 'У клиента ночь'}
      mb={6}
    >
      <p className={`cut ${classes.held}`}>{quoted(wordsOf(message))}</p>
      {!isOver && clocksWords(zone, planned ?? until)}
      <Group gap="xs" mt="xs">
        <Button size="compact-sm" onClick={() => onDecide(isOver ? undefined : 'hold')}>
          {isOver ? 'Отправить сейчас' : `Отправить утром, ${dayOf(until, clocks)} в ${time(until, clocks)}`}
        </Button>
        {mayAtNight && !isOver && (
          <Button size="compact-sm" variant="default" onClick={() => onDecide('send')}>
            {goesAt ? `Всё равно в ${goesAt}` : 'Отправить сейчас'}
          </Button>
        )}
        <Button size="compact-sm" variant="subtle" onClick={onBack}>
          Вернуться к тексту
        </Button>
      </Group>
    </Alert>
  );
}

/** «24.11» */
function dayOf(at: string, zone: string): string {
  return date(at, zone).slice(0, 5);
}

/** Whose clocks the times are of. */
function clocksWords(zone: string | null | undefined, at: string): string {
  if (!zone) return 'Время ваше: пояс клиента неизвестен, ночь посчитана по стране номера или по часам компании.';
  const clocks = knownZone(zone);
  if (clocks === ownZone) return 'Пояс клиента тот же, что у вас.';
  return `Время клиента: когда у него ${dayOf(at, clocks)}, ${time(at, clocks)}, у вас ${dayOf(at, ownZone)}, ${time(at)}.`;
}
