import { useState, type PointerEvent } from 'react';
import type { Conversation } from './api';
import { heldOrder } from './order';

/**
 * Rows do not move under the pointer: what rose meanwhile is counted and comes when the pointer leaves. A pointer that did not
 * move is not over the list: what lay over it, a strip whose button was pressed, has gone.
 */
export function useHeld(rows: Conversation[], list: string) {
  const [held, setHeld] = useState<{ ids: string[]; list: string } | null>(null);
  const holds = held && held.list === list && held.ids.length > 0;
  const { shown, fresh } = holds ? heldOrder(held.ids, rows) : { shown: rows, fresh: 0 };
  return {
    shown,
    fresh,
    hold: ({ movementX, movementY }: PointerEvent) => {
      const isMoved = movementX !== 0 || movementY !== 0;
      if (isMoved && !holds && matchMedia('(hover: hover)').matches) setHeld({ ids: rows.map((row) => row.id), list });
    },
    release: () => setHeld(null),
  };
}
