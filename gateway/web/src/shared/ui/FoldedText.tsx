import { Button } from '@mantine/core';
import { useLayoutEffect, useRef, useState } from 'react';
import classes from './Said.module.css';

const LINK = /(https?:\/\/[^\s<>"]+[^\s<>".,!?)])/g;

/** Fewer signs and lines are lower than that on the narrowest screen: measuring them would be a layout for each row. */
const SHORT = { signs: 300, lines: 12 };

const isShort = (text: string) => text.length < SHORT.signs && text.split('\n', SHORT.lines).length < SHORT.lines;

/** Long words fold at 400 px. */
export function FoldedText({ text, deleted = false }: { text: string; deleted?: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const [isLong, setLong] = useState(false);
  const [open, setOpen] = useState(false);
  useLayoutEffect(() => {
    setLong(!isShort(text) && (box.current?.scrollHeight ?? 0) > 420);
  }, [text]);
  return (
    <>
      <div
        ref={box}
        className={`${classes.text} ${isLong && !open ? classes.folded : ''}`}
        data-deleted={deleted || undefined}
        dir="auto"
      >
        {text.split(LINK).map((part, index) =>
          index % 2 === 1 ? (
            <a key={index} href={part} target="_blank" rel="noopener noreferrer nofollow" className="link">
              {part}
            </a>
          ) : (
            part
          ),
        )}
      </div>
      {isLong && (
        <Button variant="subtle" size="compact-xs" onClick={() => setOpen(!open)} aria-expanded={open}>
          {open ? 'Свернуть' : 'Развернуть'}
        </Button>
      )}
    </>
  );
}
