import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { singleKeysAreOn } from '@/shared/keys';
import { useMe } from '@/shared/me';
import { sections } from './sections';

const GO_WITHIN_MS = 1200;

interface Does {
  search: () => void;
  list: () => void;
}

/** The keys of the whole application, by their place on the keyboard: the layout is no matter. */
export function useKeys(does: Does): void {
  const navigate = useNavigate();
  const me = useMe();
  const newest = useRef(does);
  useEffect(() => {
    newest.current = does;
  });
  useEffect(() => {
    let wentAt = 0;
    const pressed = (event: KeyboardEvent) => {
      if (event.altKey || event.defaultPrevented) return;
      if (event.ctrlKey || event.metaKey) {
        if (event.code === 'KeyK' && !event.shiftKey) {
          event.preventDefault();
          newest.current.search();
        }
        return;
      }
      if (isTyping(event.target) || !singleKeysAreOn()) return;
      if (event.key === '?' || (event.code === 'Slash' && event.shiftKey)) newest.current.list();
      else if (event.code === 'Slash') newest.current.search();
      else if (event.code === 'KeyG') {
        wentAt = event.timeStamp;
        return;
      } else if (event.timeStamp - wentAt < GO_WITHIN_MS) {
        const section = sections.find((section) => section.key === event.code && section.may(me));
        if (!section) return;
        void navigate({ to: section.to });
      } else return;
      wentAt = 0;
      event.preventDefault();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [navigate, me]);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}
