import { useEffect, useState } from 'react';
import { levelsOf } from './wave';

/** Longer recordings are played without their wave: they would have to be loaded whole. */
const LARGEST_BYTES = 12_000_000;
/** Enough to see where somebody speaks, and a sixth of the memory. */
const SAMPLE_RATE = 8_000;
const KEPT = 100;

const known = new Map<string, Promise<number[]>>();

async function read(url: string, parts: number): Promise<number[]> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${answer.status}`);
  const bytes = await answer.arrayBuffer();
  const sound = await new OfflineAudioContext(1, 1, SAMPLE_RATE).decodeAudioData(bytes);
  return levelsOf(sound.getChannelData(0), parts);
}

function levelsAt(url: string, parts: number): Promise<number[]> {
  const found = known.get(url) ?? read(url, parts);
  known.delete(url);
  known.set(url, found);
  if (known.size > KEPT) known.delete(known.keys().next().value!);
  return found;
}

/** The wave of a file, once somebody is about to listen; none of one that is too long or that the browser cannot read. */
export function useLevels(url: string, bytes: number | null | undefined, parts: number, isWanted: boolean): number[] {
  const [levels, setLevels] = useState<number[]>([]);
  const isFit = bytes != null && bytes <= LARGEST_BYTES;
  useEffect(() => {
    if (!isWanted || !isFit) return;
    let isGone = false;
    levelsAt(url, parts).then(
      (found) => !isGone && setLevels(found),
      () => undefined,
    );
    return () => {
      isGone = true;
    };
  }, [url, parts, isWanted, isFit]);
  return levels;
}
