import { createContext, useContext, useEffect, useRef } from 'react';
import type { LiveMessage, LiveState } from './feed';

/** What screens know of the feed. */
export interface Live {
  state: LiveState;
  /** How often something may have been missed since the page was opened. */
  resyncs: number;
  /** Calls back with each message until the returned function is called. */
  follow: (heard: (message: LiveMessage) => void) => () => void;
}

export const LiveContext = createContext<Live>({ state: 'connecting', resyncs: 0, follow: () => () => undefined });

/** The feed as it is. */
export const useLive = () => useContext(LiveContext);

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
