import { useMediaQuery } from '@mantine/hooks';

export type Layout = 'phone' | 'two' | 'three';

/** One pane below 768 px, list and thread below 1280, three panes from there on. */
export function useLayout(): Layout {
  const three = useMediaQuery('(min-width: 1280px)', undefined, { getInitialValueInEffect: false });
  const two = useMediaQuery('(min-width: 768px)', undefined, { getInitialValueInEffect: false });
  return three ? 'three' : two ? 'two' : 'phone';
}
