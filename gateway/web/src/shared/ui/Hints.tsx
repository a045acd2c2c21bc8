import { Tooltip } from '@mantine/core';
import { useEffect, useState } from 'react';

const AFTER_MS = 350;

/**
 * Shows the words of `data-hint` over whatever bears them, where the pointer rests. One for all rows of a list: a tooltip of
 * its own in every row costs more than the rest of the row.
 */
export function Hints() {
  const [over, setOver] = useState<HTMLElement>();
  const [words, setWords] = useState<string>();
  useEffect(() => watchPointer(setOver), []);
  useEffect(() => {
    setWords(over?.dataset.hint);
    if (!over) return;
    const observer = new MutationObserver(() => setWords(over.dataset.hint));
    observer.observe(over, { attributeFilter: ['data-hint'] });
    return () => observer.disconnect();
  }, [over]);
  return over && words && <Tooltip label={words} target={over} opened />;
}

/** Tells what the pointer rests on, and that it has gone; a finger does not rest. */
function watchPointer(tell: (element: HTMLElement | undefined) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let under: HTMLElement | undefined;
  const go = (element: HTMLElement | undefined) => {
    if (element === under) return;
    under = element;
    clearTimeout(timer);
    tell(undefined);
    if (element) timer = setTimeout(() => tell(element), AFTER_MS);
  };
  const look = ({ target, pointerType }: PointerEvent) =>
    go((pointerType !== 'touch' && target instanceof Element && target.closest<HTMLElement>('[data-hint]')) || undefined);
  const leave = () => go(undefined);
  document.addEventListener('pointerover', look);
  document.addEventListener('scroll', leave, true);
  document.documentElement.addEventListener('pointerleave', leave);
  return () => {
    clearTimeout(timer);
    document.removeEventListener('pointerover', look);
    document.removeEventListener('scroll', leave, true);
    document.documentElement.removeEventListener('pointerleave', leave);
  };
}
