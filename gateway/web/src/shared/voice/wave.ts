/** Brings levels to so many bars, each the loudest of its part; a shorter recording stands at the end. */
export function barsOf(levels: number[], count: number): number[] {
  if (levels.length <= count) return [...Array<number>(count - levels.length).fill(0), ...levels];
  return Array.from({ length: count }, (_, index) => {
    const part = levels.slice(Math.floor((index * levels.length) / count), Math.floor(((index + 1) * levels.length) / count));
    return Math.max(...part);
  });
}

/** The loudest moment of each of so many parts of a sound, so that the loudest of all is 1. */
export function levelsOf(samples: Float32Array, parts: number): number[] {
  const size = samples.length / parts;
  const levels = Array.from({ length: parts }, (_, part) => {
    let loudest = 0;
    for (let at = Math.floor(part * size); at < Math.floor((part + 1) * size); at += 1) loudest = Math.max(loudest, Math.abs(samples[at]!));
    return loudest;
  });
  const top = Math.max(...levels);
  return top > 0 ? levels.map((level) => level / top) : levels;
}
