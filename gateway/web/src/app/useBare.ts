import { startTransition, useCallback, useState } from 'react';

/** Whether a thread is still without words; they have been painted before it ends, so that nothing is drawn ahead of them. */
export function useBare(): { isBare: boolean; onShown: () => void } {
  const [isBare, setBare] = useState(true);
  const onShown = useCallback(() => {
    requestAnimationFrame(() => setTimeout(() => startTransition(() => setBare(false))));
  }, []);
  return { isBare, onShown };
}
