import { useEffect, useRef } from 'react';

const KEPT = 'uzel-single-keys';

/** Whether J, K and the like act; a person may switch them off. */
export function singleKeysAreOn(): boolean {
  return localStorage.getItem(KEPT) !== 'off';
}

export function switchSingleKeys(on: boolean): void {
  localStorage.setItem(KEPT, on ? 'on' : 'off');
}

/** Something lies over the screen: a window, a menu. What is only kept for later does not count. */
function isCovered(): boolean {
  return [...document.querySelectorAll('[role="dialog"], [role="menu"]')].some((layer) => getComputedStyle(layer).display !== 'none');
}

/**
 * Single keys of a screen by their place (`KeyJ`); silent in text fields, with modifiers and behind whatever lies over the
 * screen: Escape belongs to that first.
 */
export function useSingleKeys(keys: Record<string, () => void>): void {
  const newest = useRef(keys);
  useEffect(() => {
    newest.current = keys;
  });
  useEffect(() => {
    let wasCovered = false;
    // Before the layer hears the key: it may be gone when the key arrives here.
    const noteLayers = () => {
      wasCovered = isCovered();
    };
    const pressed = (event: KeyboardEvent) => {
      if (wasCovered || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      const target = event.target;
      const typing =
        target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
      if (typing || !singleKeysAreOn()) return;
      const act = newest.current[event.code];
      if (!act) return;
      event.preventDefault();
      act();
    };
    addEventListener('keydown', noteLayers, { capture: true });
    addEventListener('keydown', pressed);
    return () => {
      removeEventListener('keydown', noteLayers, { capture: true });
      removeEventListener('keydown', pressed);
    };
  }, []);
}
