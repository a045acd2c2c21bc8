import { useCallbackRef } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';
import { meterOf, type Meter } from './meter';

/** A recording that waits for its press. */
export interface Sound {
  file: File;
  url: string;
  seconds: number;
  /** Loudness from 0 to 1, about ten a second. */
  levels: number[];
}

export type Phase =
  | { at: 'off'; refusal?: string }
  | { at: 'asking' }
  | { at: 'recording'; seconds: number; levels: number[] }
  | { at: 'listening'; sound: Sound };

/** What it does stays the same function for as long as it lives. */
export interface Recorder {
  phase: Phase;
  start: () => void;
  /** Ends the recording, which then can be listened to; changes nothing while there is none. */
  stop: () => void;
  /** Throws away what was recorded. */
  drop: () => void;
}

/** Messengers take no longer ones without trouble, and nobody listens to them. */
export const LONGEST_SECONDS = 600;

const STEP_MS = 100;

/** Firefox, Chromium, Safari. */
const TYPES = ['audio/ogg;codecs=opus', 'audio/webm;codecs=opus', 'audio/mp4'];

interface Running {
  recorder: MediaRecorder;
  stream: MediaStream;
  meter: Meter;
  began: number;
  timer: ReturnType<typeof setInterval>;
  isDropped: boolean;
}

/** What was recorded and not sent, by conversation: it outlives a look at another one. */
const kept = new Map<string, Sound>();

/** Records with the microphone, for one conversation. */
export function useRecorder(place: string): Recorder {
  const [phase, setPhase] = useState<Phase>(() => {
    const sound = kept.get(place);
    return sound ? { at: 'listening', sound } : { at: 'off' };
  });
  const running = useRef<Running>(undefined);
  const isHere = useRef(true);

  const ended = (run: Running, parts: Blob[], levels: number[]) => {
    clearInterval(run.timer);
    run.meter.close();
    for (const track of run.stream.getTracks()) track.stop();
    running.current = undefined;
    const type = run.recorder.mimeType || parts[0]?.type || TYPES[1]!;
    // The hub makes Ogg of WebM.
    const file = new File(parts, type.includes('mp4') ? 'voice.m4a' : 'voice.ogg', { type });
    if (run.isDropped || file.size === 0) {
      if (isHere.current) setPhase({ at: 'off' });
      return;
    }
    const sound = { file, url: URL.createObjectURL(file), seconds: (performance.now() - run.began) / 1000, levels };
    kept.set(place, sound);
    if (isHere.current) setPhase({ at: 'listening', sound });
  };

  const record = (stream: MediaStream) => {
    const type = TYPES.find((known) => MediaRecorder.isTypeSupported(known));
    const recorder = new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: 32_000 });
    const [parts, levels]: [Blob[], number[]] = [[], []];
    const meter = meterOf(stream);
    const began = performance.now();
    const timer = setInterval(() => {
      const seconds = (performance.now() - began) / 1000;
      levels.push(meter.level());
      setPhase({ at: 'recording', seconds, levels: [...levels] });
      if (seconds >= LONGEST_SECONDS) recorder.stop();
    }, STEP_MS);
    const run: Running = { recorder, stream, meter, began, timer, isDropped: false };
    recorder.ondataavailable = ({ data }) => data.size > 0 && parts.push(data);
    recorder.onstop = () => ended(run, parts, levels);
    recorder.start(1000);
    running.current = run;
    setPhase({ at: 'recording', seconds: 0, levels: [] });
  };

  const begin = async () => {
    if (phase.at !== 'off') return;
    setPhase({ at: 'asking' });
    try {
      if (!navigator.mediaDevices) throw new DOMException('', 'SecurityError');
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      if (isHere.current) record(stream);
      else for (const track of stream.getTracks()) track.stop();
    } catch (error) {
      setPhase({ at: 'off', refusal: refusalWords(error) });
    }
  };

  const drop = useCallbackRef(() => {
    if (running.current) {
      running.current.isDropped = true;
      running.current.recorder.stop();
    } else if (phase.at === 'listening') {
      URL.revokeObjectURL(phase.sound.url);
      kept.delete(place);
      setPhase({ at: 'off' });
    }
  });
  const start = useCallbackRef(() => void begin());
  const stop = useCallbackRef(() => running.current?.recorder.stop());

  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
      // Whoever looks elsewhere speaks no more, but keeps what he has said.
      running.current?.recorder.stop();
    };
  }, []);

  return { phase, start, stop, drop };
}

/** Why there is no microphone, and what to press. */
export function refusalWords(error: unknown): string {
  switch (error instanceof Error || error instanceof DOMException ? error.name : '') {
    case 'NotAllowedError':
      return 'Микрофон для этой страницы запрещён. Разрешите его: значок слева от адреса страницы → «Микрофон».';
    case 'NotFoundError':
      return 'Микрофон не найден. Подключите его и нажмите ещё раз.';
    case 'NotReadableError':
      return 'Микрофон занят другой программой. Закройте её и нажмите ещё раз.';
    case 'SecurityError':
      return 'Браузер даёт микрофон только защищённым страницам. Откройте Узел по адресу, который начинается с https://.';
    default:
      return 'Запись не началась. Нажмите ещё раз.';
  }
}
