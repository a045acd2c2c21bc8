import { BARS } from './Wave';
import { levelsOf } from './wave';

/** A sound that was loaded whole: where it plays from, and its wave. */
export interface WholeSound {
  src: string;
  levels: number[];
}

/** Larger and longer ones play while they come, without a wave. */
const LARGEST_BYTES = 4_000_000;
const LONGEST_S = 600;
/** Enough to see where somebody speaks, and a sixth of the memory. */
const SAMPLE_RATE = 8_000;
const KEPT = 30;

const known = new Map<string, Promise<WholeSound>>();

export const mayBeWhole = (bytes: number | null | undefined, seconds: number | null | undefined) =>
  bytes != null && bytes <= LARGEST_BYTES && (seconds ?? 0) <= LONGEST_S;

/** Loads a sound once for the ear and the eye: who listens to a recording is written down at each load. */
export function wholeSound(url: string): Promise<WholeSound> {
  const found = known.get(url) ?? read(url);
  known.delete(url);
  known.set(url, found);
  found.catch(() => known.delete(url));
  if (known.size > KEPT) forget(known.keys().next().value!);
  return found;
}

async function read(url: string): Promise<WholeSound> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${answer.status}`);
  const whole = await answer.blob();
  const levels = await decoded(await whole.arrayBuffer()).catch(() => []);
  return { src: URL.createObjectURL(whole), levels };
}

async function decoded(bytes: ArrayBuffer): Promise<number[]> {
  const sound = await new OfflineAudioContext(1, 1, SAMPLE_RATE).decodeAudioData(bytes);
  return levelsOf(sound.getChannelData(0), BARS);
}

function forget(url: string): void {
  const gone = known.get(url);
  known.delete(url);
  gone?.then(
    ({ src }) => URL.revokeObjectURL(src),
    () => undefined,
  );
}
