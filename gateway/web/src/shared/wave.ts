/** Brings levels to so many bars, each the loudest of its part; a shorter recording stands at the end. */
export function barsOf(levels: number[], count: number): number[] {
  if (levels.length <= count) return [...Array<number>(count - levels.length).fill(0), ...levels];
  return Array.from({ length: count }, (_, index) => {
    const part = levels.slice(Math.floor((index * levels.length) / count), Math.floor(((index + 1) * levels.length) / count));
    return Math.max(...part);
  });
}
