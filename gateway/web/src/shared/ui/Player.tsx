import { IconAlertTriangle, IconPlayerPauseFilled, IconPlayerPlayFilled } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import type { Schema } from '@/api/client';
import { clock } from '../format';
import { useLevels } from '../useLevels';
import { mediaWord } from '../words/preview';
import classes from './Player.module.css';
import { BARS, Wave } from './Wave';

const SPEEDS = [1, 1.5, 2];
/** The arrows move by so many seconds in a sound of more than a minute, the buttons of a recording by more. */
const STEP_S = 5;
const JUMP_S = 15;

/** One voice at a time. */
let heard: HTMLAudioElement | null = null;

/** Sound with its wave and speed; a recording has jumps too. Nothing is loaded before it is asked for. */
export function Player({ media, url }: { media: Schema<'MediaView'>; url: string }) {
  const sound = useRef<HTMLAudioElement>(null);
  const [isNear, setNear] = useState(false);
  const [isPlaying, setPlaying] = useState(false);
  const [isBroken, setBroken] = useState(false);
  const [at, setAt] = useState(0);
  const [length, setLength] = useState(media.duration_s ?? 0);
  const [speed, setSpeed] = useState(1);
  const levels = useLevels(url, media.size_bytes, BARS, isNear);
  const name = mediaWord(media.kind);

  // The sound tells its place four times a second, which is too seldom for a short one.
  useEffect(() => {
    if (!isPlaying) return;
    const timer = setInterval(() => setAt(sound.current?.currentTime ?? 0), 100);
    return () => clearInterval(timer);
  }, [isPlaying]);
  useEffect(() => {
    const own = sound.current;
    return () => own?.pause();
  }, []);

  const play = () => {
    if (!sound.current) return;
    heard?.pause();
    heard = sound.current;
    setNear(true);
    setBroken(false);
    sound.current.playbackRate = speed;
    sound.current.play().catch((error: unknown) => {
      // Paused before it began: nothing is wrong.
      if (!(error instanceof DOMException && error.name === 'AbortError')) setBroken(true);
    });
  };
  const moveTo = (place: number) => {
    if (!sound.current) return;
    const within = Math.min(Math.max(0, place), length || place);
    sound.current.currentTime = within;
    setAt(within);
  };
  const faster = () => {
    const next = SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length]!;
    setSpeed(next);
    if (sound.current) sound.current.playbackRate = next;
  };

  const isBegun = isPlaying || at > 0;
  return (
    <div className={classes.player} role="group" aria-label={name} onPointerEnter={() => setNear(true)}>
      <audio
        ref={sound}
        src={url}
        preload="none"
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => setAt(0)}
        onDurationChange={({ currentTarget }) => Number.isFinite(currentTarget.duration) && setLength(currentTarget.duration)}
        onError={() => isBegun && setBroken(true)}
      />
      <div className={classes.line}>
        <button
          type="button"
          className={classes.play}
          aria-label={isPlaying ? `Остановить: ${name}` : `Слушать: ${name}`}
          onClick={isPlaying ? () => sound.current?.pause() : play}
        >
          {isPlaying ? <IconPlayerPauseFilled size={18} aria-hidden="true" /> : <IconPlayerPlayFilled size={18} aria-hidden="true" />}
        </button>
        <div className={classes.track}>
          <Wave levels={levels} played={length > 0 ? at / length : 0} />
          <input
            type="range"
            className={classes.place}
            min={0}
            max={length}
            step={length > 60 ? STEP_S : 1}
            value={at}
            disabled={length === 0}
            aria-label="Место в записи"
            aria-valuetext={`${clock(at)} из ${clock(length)}`}
            onChange={({ currentTarget }) => moveTo(Number(currentTarget.value))}
          />
        </div>
        <time className={`numbers ${classes.time}`}>{length > 0 || isBegun ? clock(isBegun ? at : length) : '–:––'}</time>
        <button type="button" className={classes.small} onClick={faster} aria-label={`Скорость ${words(speed)}`} title="Скорость">
          {words(speed)}×
        </button>
      </div>
      {media.kind === 'recording' && (
        <div className={classes.jumps}>
          <button type="button" className={classes.small} onClick={() => moveTo(at - JUMP_S)} title="Назад на 15 секунд">
            −15 с
          </button>
          <button type="button" className={classes.small} onClick={() => moveTo(at + JUMP_S)} title="Вперёд на 15 секунд">
            +15 с
          </button>
        </div>
      )}
      {isBroken && (
        <div className={classes.broken} role="alert">
          <IconAlertTriangle size={14} aria-hidden="true" /> Браузер не смог это воспроизвести.{' '}
          <a href={url} download className="link">
            Скачать файл
          </a>
        </div>
      )}
    </div>
  );
}

const words = (speed: number) => String(speed).replace('.', ',');
