import { useEffect, useRef, useState } from 'react';

/**
 * What is typed into the command bar, from the press that opens it on: until its field has the focus, keys are taken here,
 * so that none is lost and none acts on the screen behind.
 */
export function useTypedAhead(isOpen: boolean, onClose: () => void) {
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState('');
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  });
  useEffect(() => {
    if (!isOpen) return;
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (event.key === 'Escape') close.current();
      else if (event.key === 'Backspace') setTyped((before) => before.slice(0, -1));
      else if (event.key.length === 1) setTyped((before) => before + event.key);
    };
    const focused = (event: FocusEvent) => {
      if (event.target === field.current) leave();
    };
    const leave = () => {
      removeEventListener('keydown', pressed, { capture: true });
      removeEventListener('focusin', focused);
    };
    addEventListener('keydown', pressed, { capture: true });
    addEventListener('focusin', focused);
    return () => {
      leave();
      setTyped('');
    };
  }, [isOpen]);
  return { field, typed, onTyped: setTyped };
}
