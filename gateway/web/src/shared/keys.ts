import { useEffect, useRef } from 'react';

const KEPT = 'uzel-single-keys';

/** Whether J, K and the like act; a person may switch them off. */
export function singleKeysAreOn(): boolean {
  return localStorage.getItem(KEPT) !== 'off';
}

export function switchSingleKeys(on: boolean): void {
  localStorage.setItem(KEPT, on ? 'on' : 'off');
}

/** Single keys of a screen by their place (`KeyJ`); silent in text fields, with modifiers and behind dialogs and menus. */
export function useSingleKeys(keys: Record<string, () => void>): void {
  const newest = useRef(keys);
  useEffect(() => {
    newest.current = keys;
  });
  useEffect(() => {
    let isBehind = false;
    // Before the layer itself hears of Esc and is gone.
    const look = () => {
      isBehind = document.querySelector('[role="dialog"][aria-modal="true"], [role="menu"]') !== null;
    };
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      const target = event.target;
      const typing =
        target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
      if (typing || !singleKeysAreOn() || isBehind) return;
      const act = newest.current[event.code];
      if (!act) return;
      event.preventDefault();
      act();
    };
    addEventListener('keydown', look, true);
    addEventListener('keydown', pressed);
    return () => {
      removeEventListener('keydown', look, true);
      removeEventListener('keydown', pressed);
    };
  }, []);
}
