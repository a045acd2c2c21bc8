import { Alert, Button, Group } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import classes from './Composer.module.css';
import { wordsOf } from './meant';
import type { Refused } from './useHeld';

interface RefusedStripProps {
  refused: Refused;
  onBack: () => void;
  onDrop: () => void;
}

/** A message that was not taken while other words were being written: nothing of it is lost, and it stands nowhere else. */
export function RefusedStrip({ refused: { message, why }, onBack, onDrop }: RefusedStripProps) {
  return (
    <Alert color="red" icon={<IconAlertTriangle size={18} />} title="Сообщение не принято" mb={6}>
      <p className={`cut ${classes.held}`}>«{wordsOf(message)}»</p>
      {why}
      <Group gap="xs" mt="xs">
        {message.content.type !== 'template' && (
          <Button size="compact-sm" className={classes.touch} onClick={onBack}>
            Вернуть в поле
          </Button>
        )}
        <Button size="compact-sm" variant="default" className={classes.touch} onClick={onDrop}>
          Убрать
        </Button>
      </Group>
    </Alert>
  );
}
