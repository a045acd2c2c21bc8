import { createContext, useContext, useEffect, useRef } from 'react';
import type { LiveMessage, LiveState } from './feed';

/** What screens know of the feed. */
export interface Live {
  state: LiveState;
  /** Calls back with each message until the returned function is called. */
  follow: (heard: (message: LiveMessage) => void) => () => void;
}

export const LiveContext = createContext<Live>({ state: 'connecting', follow: () => () => undefined });

/** How the feed stands. */
export function useLiveState(): LiveState {
  return useContext(LiveContext).state;
}

/** Hears every message while the component is there. */
export function useLiveMessages(heard: (message: LiveMessage) => void): void {
  const { follow } = useContext(LiveContext);
  const newest = useRef(heard);
  useEffect(() => {
    newest.current = heard;
  });
  useEffect(() => follow((message) => newest.current(message)), [follow]);
}
