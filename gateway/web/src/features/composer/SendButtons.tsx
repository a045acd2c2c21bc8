import { Button, Tooltip } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { memo } from 'react';
import classes from './Composer.module.css';
import { PlanButton } from './PlanButton';

interface SendButtonsProps {
  maySend: boolean;
  zone?: string | null;
  onPress: (plannedFor?: string) => void;
}

/** «Отправить», and later. */
export const SendButtons = memo(function SendButtons({ maySend, zone, onPress }: SendButtonsProps) {
  return (
    <>
      <Tooltip label="Enter — отправить, Shift+Enter — новая строка">
        <Button onClick={() => onPress()} disabled={!maySend} px={14} rightSection={<IconSend size={16} />} aria-label="Отправить" aria-keyshortcuts="Enter">
          <span className={classes.word}>Отправить</span>
        </Button>
      </Tooltip>
      <PlanButton zone={zone} disabled={!maySend} onPlan={onPress} />
    </>
  );
});
