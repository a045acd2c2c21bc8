import { IconPlugConnectedX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useLiveState } from '@/shared/live/context';
import classes from './ConnectionStrip.module.css';

/** Short breaks mend themselves before anybody has read a word. */
const AFTER_MS = 3000;

/** Says that what stands on the screen may be old. */
export function ConnectionStrip() {
  const broken = useLiveState() === 'broken';
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(broken), broken ? AFTER_MS : 0);
    return () => clearTimeout(timer);
  }, [broken]);
  return (
    <div role="status" aria-live="polite">
      {shown && (
        <div className={classes.strip}>
          <IconPlugConnectedX size={18} aria-hidden="true" />
          Нет связи с сервером. На экране то, что было до обрыва; как только связь вернётся, недостающее придёт само.
        </div>
      )}
    </div>
  );
}
