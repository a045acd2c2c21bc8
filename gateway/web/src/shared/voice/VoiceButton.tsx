import { ActionIcon, Tooltip } from '@mantine/core';
import { IconMicrophone } from '@tabler/icons-react';
import { memo } from 'react';
import type { Recorder } from './useRecorder';

/** A press shorter than this starts, and another one stops. */
const HOLD_MS = 400;

type VoiceButtonProps = Pick<Recorder, 'start' | 'stop'> & { disabled: boolean };

/** «Записать голосовое»: a press starts; who holds the button stops by letting it go. */
export const VoiceButton = memo(function VoiceButton({ start, stop, disabled }: VoiceButtonProps) {
  const hold = (began: number) => {
    start();
    // The bar takes the button's place, so the pointer is let go somewhere else.
    const letGo = ({ timeStamp }: PointerEvent) => {
      if (timeStamp - began >= HOLD_MS) stop();
    };
    window.addEventListener('pointerup', letGo, { once: true });
  };
  return (
    <Tooltip label="Голосовое: нажмите или держите, пока говорите">
      <ActionIcon
        size={36}
        variant="subtle"
        color="gray"
        disabled={disabled}
        onPointerDown={(event) => event.button === 0 && hold(event.timeStamp)}
        onClick={(event) => event.detail === 0 && start()}
        aria-label="Записать голосовое"
      >
        <IconMicrophone size={20} />
      </ActionIcon>
    </Tooltip>
  );
});
