import { Alert, Button, Group } from '@mantine/core';
import { IconMoon } from '@tabler/icons-react';
import { useRight } from '@/shared/me';
import classes from './Composer.module.css';
import type { Held } from './useHeld';

interface NightQuestionProps {
  held: Held;
  onMorning: () => void;
  onNow: () => void;
  onBack: () => void;
}

/** A message by hand in the client's night: a person decides, nothing waits silently. */
export function NightQuestion({ held, onMorning, onNow, onBack }: NightQuestionProps) {
  const { content, shown: short } = held.message;
  const shown = content.type === 'text' ? content.text : ((content.type === 'files' && content.caption) || short);
  const mayNow = useRight('messages.at_night') !== undefined;
  return (
    <Alert color="yellow" icon={<IconMoon size={18} />} title="У клиента ночь" mb={6}>
      {shown && <p className={`cut ${classes.held}`}>«{shown}»</p>}
      {held.words}
      <Group gap="xs" mt="xs">
        <Button size="compact-sm" onClick={onMorning}>
          Отправить утром
        </Button>
        {mayNow && (
          <Button size="compact-sm" variant="default" onClick={onNow}>
            Отправить сейчас
          </Button>
        )}
        <Button size="compact-sm" variant="subtle" onClick={onBack}>
          Вернуться к тексту
        </Button>
      </Group>
    </Alert>
  );
}
