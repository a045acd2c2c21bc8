import { useCallback, useMemo, useState } from 'react';
import { entryOf } from './api';

/** What part of a timeline is looked at, and which row is lit. */
export interface Showing {
  /** Entered at this moment; nothing is the newest rows. */
  at?: string;
  /** Brought into sight and lit for a moment. */
  row?: string;
  toDate: (at: string) => void;
  toRow: (id: string, isLoaded: boolean) => void;
  toEnd: () => void;
  unlight: () => void;
}

export function useShowing(): Showing {
  const [place, setPlace] = useState<{ at?: string; row?: string }>({});
  const toRow = useCallback((id: string, isLoaded: boolean) => {
    if (isLoaded) {
      setPlace((before) => ({ ...before, row: id }));
      return;
    }
    // Around its moment, without everything in between.
    entryOf(id).then(
      (entry) => setPlace({ at: entry.occurred_at, row: entry.id }),
      () => undefined,
    );
  }, []);
  const toDate = useCallback((at: string) => setPlace({ at }), []);
  const toEnd = useCallback(() => setPlace({}), []);
  const unlight = useCallback(() => setPlace((before) => ({ at: before.at })), []);
  return useMemo(() => ({ ...place, toDate, toRow, toEnd, unlight }), [place, toDate, toRow, toEnd, unlight]);
}
