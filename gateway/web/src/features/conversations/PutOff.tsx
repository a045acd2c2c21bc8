import { lazy, Suspense } from 'react';
import type { Conversation } from './api';
import { useRest } from './useRest';

const PutOffDialog = lazy(() => import('@/shared/ui/PutOffDialog'));

interface PutOffProps {
  /** Nothing while nobody asks. */
  rows?: Conversation[];
  onClose: () => void;
  onDone?: () => void;
}

/** «Отложить до…» for conversations, wherever it was asked for. */
export function PutOff({ rows, onClose, onDone }: PutOffProps) {
  const rest = useRest();
  if (!rows) return null;
  const choose = (until: string) => {
    rest.putOff(rows, until);
    onDone?.();
  };
  return (
    <Suspense>
      <PutOffDialog action="Отложить" onClose={onClose} onChoose={choose} />
    </Suspense>
  );
}
