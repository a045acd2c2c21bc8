import { barsOf } from './wave';
import classes from './Wave.module.css';

/** How many bars are drawn. */
export const BARS = 60;

interface WaveProps {
  /** How loud each part is, from 0 to 1. */
  levels: number[];
  /** Which part of it was played, from 0 to 1; it is darker. */
  played: number;
  /** The tail alone, while it grows. */
  isTail?: boolean;
}

/** The wave of a sound. */
export function Wave({ levels, played, isTail = false }: WaveProps) {
  const bars = barsOf(isTail ? levels.slice(-BARS) : levels, BARS);
  return (
    <svg className={classes.wave} viewBox={`0 0 ${BARS * 4} 32`} preserveAspectRatio="none" aria-hidden="true">
      {bars.map((level, index) => {
        const height = Math.max(2, level * 30);
        return <rect key={index} x={index * 4} y={16 - height / 2} width={2} height={height} data-played={index / BARS < played || undefined} />;
      })}
    </svg>
  );
}
