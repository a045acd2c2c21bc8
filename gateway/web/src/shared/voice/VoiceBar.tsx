import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconAlertTriangle, IconPlayerPause, IconPlayerPlay, IconPlayerStopFilled, IconSend, IconTrash } from '@tabler/icons-react';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { clock } from '@/shared/format';
import type { Phase, Recorder, Sound } from './useRecorder';
import classes from './VoiceBar.module.css';
import { Wave } from './Wave';

interface VoiceBarProps {
  recorder: Recorder;
  /** On its way to the hub. */
  isSending: boolean;
  /** Why it was not taken; the recording is still here. */
  error?: string;
  onSend: (sound: Sound) => void;
}

/** In place of the field while a voice message is made: recorded, listened to, sent or thrown away. */
export function VoiceBar({ recorder, isSending, error, onSend }: VoiceBarProps) {
  const { phase } = recorder;
  const escape = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || phase.at !== 'recording') return;
    event.preventDefault();
    event.stopPropagation();
    recorder.drop();
  };
  if (phase.at === 'off') return null;
  return (
    <div className={classes.around} onKeyDown={escape}>
      <div className={classes.bar} role="group" aria-label="Голосовое сообщение">
        <Tooltip label={phase.at === 'listening' ? 'Удалить запись' : 'Отменить запись (Esc)'}>
          <ActionIcon
            size={36}
            variant="subtle"
            color="red"
            disabled={phase.at === 'asking' || isSending}
            onClick={recorder.drop}
            aria-label={phase.at === 'listening' ? 'Удалить запись' : 'Отменить запись'}
          >
            <IconTrash size={20} />
          </ActionIcon>
        </Tooltip>
        {phase.at === 'asking' && <span className={classes.words}>Разрешите микрофон: браузер спрашивает у верхнего края страницы</span>}
        {phase.at === 'recording' && (
          <>
            <span className={classes.light} aria-hidden="true" />
            <span className="unseen" role="status">
              Идёт запись
            </span>
            <time className="numbers">{clock(phase.seconds)}</time>
            <Wave levels={phase.levels} played={1} isTail />
            <Button autoFocus variant="default" leftSection={<IconPlayerStopFilled size={16} />} onClick={recorder.stop}>
              Стоп
            </Button>
          </>
        )}
        {phase.at === 'listening' && <Listen sound={phase.sound} isSending={isSending} onSend={onSend} />}
      </div>
      {error && (
        <p className={classes.error} role="alert">
          {error} Запись сохранена.
        </p>
      )}
    </div>
  );
}

/** Why there is no recording, and what to press. */
export function VoiceRefusal({ phase }: { phase: Phase }) {
  if (phase.at !== 'off' || !phase.refusal) return null;
  return (
    <div className={classes.refusal} role="alert">
      <IconAlertTriangle size={16} aria-hidden="true" /> <span>{phase.refusal}</span>
    </div>
  );
}

function Listen({ sound, isSending, onSend }: { sound: Sound; isSending: boolean; onSend: (sound: Sound) => void }) {
  const audio = useRef<HTMLAudioElement>(null);
  const [at, setAt] = useState(0);
  const [isPlaying, setPlaying] = useState(false);
  useEffect(() => {
    if (!isPlaying) return;
    const timer = setInterval(() => setAt(audio.current?.currentTime ?? 0), 100);
    return () => clearInterval(timer);
  }, [isPlaying]);
  const toggle = () => {
    if (!audio.current) return;
    if (isPlaying) audio.current.pause();
    else void audio.current.play();
  };
  const name = isPlaying ? 'Остановить прослушивание' : 'Прослушать';
  return (
    <>
      <audio
        ref={audio}
        src={sound.url}
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => {
          setPlaying(false);
          setAt(0);
        }}
      />
      <Tooltip label={name}>
        <ActionIcon size={36} variant="default" onClick={toggle} aria-label={name}>
          {isPlaying ? <IconPlayerPause size={20} /> : <IconPlayerPlay size={20} />}
        </ActionIcon>
      </Tooltip>
      <Wave levels={sound.levels} played={isPlaying || at > 0 ? at / sound.seconds : 0} />
      <time className="numbers">{clock(isPlaying ? at : sound.seconds)}</time>
      <Button autoFocus loading={isSending} onClick={() => onSend(sound)} px={14} rightSection={<IconSend size={16} />} aria-label="Отправить голосовое">
        <span className={classes.word}>Отправить</span>
      </Button>
    </>
  );
}
