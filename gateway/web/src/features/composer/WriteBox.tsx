import { useLocalStorage } from '@mantine/hooks';
import { useRef, type KeyboardEvent, type ReactNode } from 'react';
import { useSingleKeys } from '@/shared/keys';
import { useRight } from '@/shared/me';
import type { Entry } from './api';
import { NoteField, type Company } from './NoteField';
import classes from './WriteBox.module.css';

type Mode = 'reply' | 'note';

const MODES: { mode: Mode; name: string; key: string }[] = [
  { mode: 'reply', name: 'Ответ', key: 'R' },
  { mode: 'note', name: 'Комментарий', key: 'N' },
];

interface WriteBoxProps {
  /** The conversation or client that is open: each remembers how it was written to. */
  place: string;
  companies: Company[];
  onRow: (entry: Entry) => void;
  /** «Ответ»; nothing where there is nobody to answer. */
  reply?: ReactNode;
  /** Something is being answered: whatever was chosen, that is a reply. */
  isQuoting?: boolean;
}

/** «Ответ» or «Комментарий»: two fields that cannot be taken for each other. */
export function WriteBox({ place, companies, onRow, reply, isQuoting = false }: WriteBoxProps) {
  const box = useRef<HTMLDivElement>(null);
  const [chosen, setChosen] = useLocalStorage<Mode>({
    key: `uzel-mode-${place}`,
    defaultValue: 'reply',
    getInitialValueInEffect: false,
  });
  const mayWrite = useRight('clients.write') !== undefined;
  const possible = MODES.filter(({ mode }) => (mode === 'reply' ? reply !== undefined : companies.length > 0));
  const wanted = isQuoting ? 'reply' : chosen;
  const mode = possible.find((known) => known.mode === wanted)?.mode ?? possible[0]?.mode;
  const choose = (next: Mode) => {
    setChosen(next);
    setTimeout(() => box.current?.querySelector('textarea')?.focus());
  };
  useSingleKeys({ KeyR: () => choose('reply'), KeyN: () => choose('note') });
  if (!mayWrite || !mode) return null;
  const step = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    const next = possible.find((known) => known.mode !== mode);
    if (next) setChosen(next.mode);
  };
  return (
    <div ref={box} className={classes.box} data-mode={mode}>
      <div className={classes.modes} role="tablist" aria-label="Что писать">
        {possible.map((known) => (
          <button
            key={known.mode}
            type="button"
            role="tab"
            className={classes.mode}
            aria-selected={known.mode === mode}
            tabIndex={known.mode === mode ? 0 : -1}
            title={`${known.name} (${known.key})`}
            onClick={() => choose(known.mode)}
            onKeyDown={step}
          >
            {known.name}
          </button>
        ))}
      </div>
      {mode === 'reply' ? reply : <NoteField companies={companies} onRow={onRow} />}
    </div>
  );
}
