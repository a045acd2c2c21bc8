import { useLocalStorage } from '@mantine/hooks';
import { useRef, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import classes from './Panes.module.css';

const [NARROWEST, WIDEST, USUAL, STEP] = [320, 400, 376, 16];

/** A list of 320–400 px and the rest; the border is dragged or moved by arrows, and remembered. */
export function Panes({ list, children }: { list: ReactNode; children: ReactNode }) {
  const [width, setWidth] = useLocalStorage({ key: 'uzel-list-width', defaultValue: USUAL, getInitialValueInEffect: false });
  const box = useRef<HTMLDivElement>(null);
  const to = (wanted: number) => setWidth(Math.round(Math.min(WIDEST, Math.max(NARROWEST, wanted))));
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    if (event.buttons !== 1 || !box.current) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    to(event.clientX - box.current.getBoundingClientRect().left);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === 'ArrowLeft') to(width - STEP);
    else if (event.key === 'ArrowRight') to(width + STEP);
    else return;
    event.preventDefault();
  };
  return (
    <div ref={box} className={classes.panes} style={{ ['--list' as string]: `${width}px` }}>
      <div className={classes.list}>{list}</div>
      <div
        className={classes.border}
        role="separator"
        tabIndex={0}
        aria-orientation="vertical"
        aria-label="Ширина списка"
        aria-valuemin={NARROWEST}
        aria-valuemax={WIDEST}
        aria-valuenow={width}
        onPointerDown={drag}
        onPointerMove={drag}
        onKeyDown={press}
      />
      <div className={classes.rest}>{children}</div>
    </div>
  );
}
