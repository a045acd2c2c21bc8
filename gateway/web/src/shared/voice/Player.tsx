import { IconAlertTriangle, IconPlayerPauseFilled, IconPlayerPlayFilled } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import type { Schema } from '@/api/client';
import { clock } from '../format';
import { mediaWord } from '../words/preview';
import classes from './Player.module.css';
import { Wave } from './Wave';
import { mayBeWhole, wholeSound } from './wholeSound';

const SPEEDS = [1, 1.5, 2];
/** By how many seconds a key moves. */
const STEPS: Record<string, number> = { ArrowLeft: -5, ArrowDown: -5, ArrowRight: 5, ArrowUp: 5, PageDown: -15, PageUp: 15 };
const JUMP_S = 15;

/** One voice at a time. */
let heard: HTMLAudioElement | null = null;

/** Sound with its wave and speed; a recording has jumps too. Nothing is loaded before it is asked for. */
export function Player({ media, url }: { media: Schema<'MediaView'>; url: string }) {
  const sound = useRef<HTMLAudioElement>(null);
  const [levels, setLevels] = useState<number[]>([]);
  const [isLoading, setLoading] = useState(false);
  const [isPlaying, setPlaying] = useState(false);
  const [isBroken, setBroken] = useState(false);
  const [at, setAt] = useState(0);
  const [length, setLength] = useState(media.duration_s ?? 0);
  const [speed, setSpeed] = useState(1);
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

  const play = async () => {
    if (!sound.current) return;
    heard?.pause();
    heard = sound.current;
    setBroken(false);
    if (!levels.length && mayBeWhole(media.size_bytes, media.duration_s)) await takeWhole();
    // Meanwhile another one was started, or this one has left the screen.
    if (!sound.current || heard !== sound.current) return;
    sound.current.playbackRate = speed;
    sound.current.play().catch((error: unknown) => {
      // Paused before it began: nothing is wrong.
      if (!(error instanceof DOMException && error.name === 'AbortError')) setBroken(true);
    });
  };
  const takeWhole = async () => {
    setLoading(true);
    // What cannot be had whole is played while it comes.
    const whole = await wholeSound(url).catch(() => undefined);
    setLoading(false);
    if (!whole || !sound.current || sound.current.src === whole.src) return;
    sound.current.src = whole.src;
    sound.current.currentTime = at;
    setLevels(whole.levels);
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
    <div className={classes.player} role="group" aria-label={name} aria-busy={isLoading}>
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
          data-busy={isLoading || undefined}
          onClick={isPlaying ? () => sound.current?.pause() : () => void play()}
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
            step="any"
            value={at}
            disabled={length === 0}
            aria-label="Место в записи"
            aria-valuetext={`${clock(at)} из ${clock(length)}`}
            onChange={({ currentTarget }) => moveTo(Number(currentTarget.value))}
            onKeyDown={(event) => {
              const by = STEPS[event.key];
              if (by === undefined) return;
              event.preventDefault();
              moveTo(at + by);
            }}
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
