import { ActionIcon } from '@mantine/core';
import { IconArrowDown } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useLayoutEffect, useRef, type ReactNode, type RefObject } from 'react';
import classes from './WindowedLog.module.css';

/** So long a row is on the screen before it counts as seen. */
const SEEN_AFTER_MS = 1000;
/** So many lines are drawn beyond each edge of the screen: each costs with every opening. */
const BEYOND = 6;
/** The next page is asked for when so few lines are left that are not drawn. */
const LINES_LEFT = 14;
/** Of a window's height, what stands above and below a log. */
const AROUND_PX = 260;
/** Above the first line and below the last one. */
const EDGE_PX = 12;
/** Whoever is so near to the end stands at it. */
const NEAR_END_PX = 60;
/** Browsers scroll by parts of a pixel. */
const ROUNDING_PX = 2;

interface WindowedLogProps<Row extends { key: string }> {
  label: string;
  /** The oldest first. */
  rows: Row[];
  /** About how tall a line will be. */
  heightOf: (row: Row) => number;
  draw: (row: Row) => ReactNode;
  older: { has: boolean; load: () => void };
  newer: { has: boolean; load: () => void; toEnd: () => void };
  isLoading: boolean;
  /** What counts as news, the oldest first. */
  ids: string[];
  /** A newest row that the reader himself has just said: he wants to see it. */
  own?: string;
  /** The line at which it opens; without one (-1) at the end. */
  start: number;
  /** A line that is wanted in sight, once for each key; -1 while it is not loaded. */
  jump?: { key: string; index: number };
  /** These have been on the screen of a focused tab for a while, the oldest first. */
  onSeen?: (rows: Row[]) => void;
  /** The reader himself has added to the log, while these rows were drawn. */
  onOwn?: (drawn: Row[]) => void;
}

/** A log drawn by window: only the lines around the screen exist. The reader is never moved but to where he wants. */
export function WindowedLog<Row extends { key: string }>(props: WindowedLogProps<Row>) {
  const { rows, older, newer, ids } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const lines = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => rows[index]!.key,
    estimateSize: (index) => props.heightOf(rows[index]!),
    overscan: BEYOND,
    paddingStart: EDGE_PX,
    paddingEnd: EDGE_PX,
    // Drawn at once where it opens: without a guess the oldest lines would be drawn first, and thrown away.
    initialRect: { width: 0, height: innerHeight - AROUND_PX },
    initialOffset: () => openingOffset(props),
    anchorTo: 'end',
    followOnAppend: !newer.has,
    scrollEndThreshold: NEAR_END_PX,
  });
  const items = lines.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  const { load: loadOlder } = older;
  const { load: loadNewer } = newer;

  useEffect(() => {
    if (older.has && first < LINES_LEFT) loadOlder();
  }, [first, older.has, loadOlder]);
  useEffect(() => {
    if (newer.has && last > rows.length - LINES_LEFT) loadNewer();
  }, [last, rows.length, newer.has, loadNewer]);

  const opensThere = props.start < 0 && !props.jump && !newer.has;
  const end = useKeptEnd(scroller, { opensThere, isLoaded: !newer.has, height: lines.getTotalSize() });
  const goTo = (index: number, align: 'start' | 'center') => {
    end.leave();
    lines.scrollToIndex(index, { align });
  };
  useOpening(props.start, props.jump, goTo, () => lines.scrollToEnd());
  useOwnFollowed(props.own, () => {
    if (isLookedAt()) props.onOwn?.(items.map((item) => rows[item.index]!));
    if (newer.has) newer.toEnd();
    else lines.scrollToEnd();
  });
  const atEnd = !newer.has && lines.isAtEnd(NEAR_END_PX);
  const behind = useBehind(ids, atEnd);
  useSeen(scroller, rows, (box) => {
    const inSight = lines.getVirtualItems().filter((item) => isInSight(item, box));
    if (inSight.length > 0) props.onSeen?.(inSight.map((item) => rows[item.index]!));
  });

  return (
    <div className={classes.frame}>
      <div ref={scroller} className={classes.scroller} tabIndex={0} role="log" aria-label={props.label} aria-live="off">
        <div className={classes.column} style={{ height: lines.getTotalSize() }}>
          {items.map((item) => (
            <div
              key={item.key}
              data-index={item.index}
              ref={lines.measureElement}
              className={classes.line}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              {props.draw(rows[item.index]!)}
            </div>
          ))}
        </div>
      </div>
      {props.isLoading && <div className={classes.loading} role="status" aria-label="Загружаются ещё события" />}
      {!atEnd && (
        <ActionIcon
          className={classes.down}
          size={44}
          radius="xl"
          variant="default"
          onClick={() => (newer.has ? newer.toEnd() : lines.scrollToEnd({ behavior: 'smooth' }))}
          aria-label={behind > 0 ? `К новым: ${behind}` : 'К последним событиям'}
        >
          <IconArrowDown size={20} />
          {behind > 0 && <span className={classes.behind}>{behind}</span>}
        </ActionIcon>
      )}
    </div>
  );
}

/** About where the screen begins when the log opens. */
function openingOffset<Row extends { key: string }>({ rows, heightOf, start, jump }: WindowedLogProps<Row>): number {
  const above = (index: number) => rows.slice(0, index).reduce((sum, row) => sum + heightOf(row), EDGE_PX);
  const height = innerHeight - AROUND_PX;
  const wanted =
    jump && jump.index >= 0 ? above(jump.index) - height / 2 : start >= 0 ? above(start - 1) : above(rows.length) + EDGE_PX - height;
  return Math.max(0, wanted);
}

/** Opens where the reader wants to be, and goes to each line that is wanted once. */
function useOpening(
  start: number,
  jump: { key: string; index: number } | undefined,
  scrollTo: (index: number, align: 'start' | 'center') => void,
  toEnd: () => void,
): void {
  const opened = useRef(false);
  const jumped = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (jump && jumped.current !== jump.key) {
      if (jump.index < 0) return;
      scrollTo(jump.index, 'center');
      jumped.current = jump.key;
    } else if (!opened.current) {
      if (start >= 0) scrollTo(Math.max(0, start - 1), 'start');
      else toEnd();
    }
    opened.current = true;
    if (!jump) jumped.current = undefined;
  });
}

/** Tells when the reader himself has added to the log. */
function useOwnFollowed(own: string | undefined, added: () => void): void {
  const known = useRef(own);
  useEffect(() => {
    if (own === known.current) return;
    known.current = own;
    if (own) added();
  });
}

/**
 * Whoever stands at the end stays there while the log or its window changes height: the field below comes after the rows and
 * grows with its words, and rows are measured once they are drawn. Whoever reads above is not moved.
 */
function useKeptEnd(
  scroller: RefObject<HTMLDivElement | null>,
  { opensThere, isLoaded, height }: { opensThere: boolean; isLoaded: boolean; height: number },
): { leave: () => void } {
  // How far the end is, for those who stand near it.
  const gap = useRef(opensThere ? 0 : undefined);
  // Where newer rows are still to come, nobody stands at the end.
  const hasEnd = useRef(isLoaded);
  const known = useRef('');
  const keep = useCallback(() => {
    const box = scroller.current;
    if (!box) return;
    if (gap.current !== undefined) box.scrollTop = box.scrollHeight - box.clientHeight - gap.current;
    known.current = sizesOf(box);
  }, [scroller]);
  useEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const moved = () => {
      const left = box.scrollHeight - box.clientHeight - box.scrollTop;
      // Where the heights have changed it is not the reader who moved: the browser has cut what stands below the end.
      const near = hasEnd.current && left <= NEAR_END_PX ? left : undefined;
      gap.current = known.current === sizesOf(box) ? near : (gap.current ?? near);
    };
    const observer = new ResizeObserver(keep);
    observer.observe(box);
    box.addEventListener('scroll', moved, { passive: true });
    return () => {
      observer.disconnect();
      box.removeEventListener('scroll', moved);
    };
  }, [scroller, keep]);
  useLayoutEffect(keep, [keep, height]);
  useEffect(() => {
    hasEnd.current = isLoaded;
  }, [isLoaded]);
  const leave = () => {
    gap.current = undefined;
  };
  return { leave };
}

function sizesOf(box: HTMLElement): string {
  return `${box.scrollHeight}/${box.clientHeight}`;
}

/** How many rows have come while the reader looks at older ones. */
function useBehind(ids: string[], atEnd: boolean): number {
  const seen = useRef<string | undefined>(undefined);
  const newest = ids.at(-1);
  useEffect(() => {
    if (atEnd || seen.current === undefined) seen.current = newest;
  }, [atEnd, newest]);
  if (atEnd || seen.current === undefined) return 0;
  const at = ids.lastIndexOf(seen.current);
  return at < 0 ? 0 : ids.length - 1 - at;
}

/** Tells when what is in sight has stood there for a while; each movement begins it anew. */
function useSeen(scroller: RefObject<HTMLDivElement | null>, rows: readonly unknown[], tell: (box: HTMLElement) => void): void {
  const newest = useRef(tell);
  newest.current = tell;
  useEffect(() => {
    const box = scroller.current;
    if (!box) return;
    let timer: ReturnType<typeof setTimeout>;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => isLookedAt() && newest.current(box), SEEN_AFTER_MS);
    };
    wait();
    box.addEventListener('scroll', wait, { passive: true });
    addEventListener('focus', wait);
    addEventListener('resize', wait);
    document.addEventListener('visibilitychange', wait);
    return () => {
      clearTimeout(timer);
      box.removeEventListener('scroll', wait);
      removeEventListener('focus', wait);
      removeEventListener('resize', wait);
      document.removeEventListener('visibilitychange', wait);
    };
  }, [scroller, rows]);
}

function isLookedAt(): boolean {
  return document.hasFocus() && !document.hidden;
}

/** All of a line is on the screen, or of one that is taller than that, half a screen. */
function isInSight({ start, end, size }: { start: number; end: number; size: number }, box: HTMLElement): boolean {
  const [top, height] = [box.scrollTop, box.clientHeight];
  const visible = Math.min(end, top + height) - Math.max(start, top);
  return visible > 0 && visible >= Math.min(size, height / 2) - ROUNDING_PX;
}
