import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useState, type KeyboardEvent } from 'react';
import type { Where } from './api';
import { phrasesQuery, previewOf, previewQuery, type Phrase } from './prepared';
import { answered, slashAt, type Slash } from './slash';

interface Asked {
  place: Where;
  text: string;
  caret: number;
  withSms: boolean;
  /** The field's new text, and where its caret stands then. */
  onText: (text: string, caret: number) => void;
}

/** Texts written beforehand behind a slash: what was found, which is chosen by key, and what becomes of the field. */
export function usePhrases({ place, text, caret, withSms, onText }: Asked) {
  const slash = slashAt(text, caret);
  const [left, setLeft] = useState<number>();
  const [at, setAt] = useState({ words: '', index: 0 });
  const [filling, setFilling] = useState<{ phrase: Phrase; slash: Slash }>();
  const isOpen = slash !== undefined && left !== slash.from;
  const found = useQuery({ ...phrasesQuery(slash?.words ?? '', withSms), enabled: isOpen }).data;
  const phrases = isOpen ? (found ?? []) : [];
  const index = at.words === slash?.words ? Math.min(at.index, Math.max(phrases.length - 1, 0)) : 0;
  const setActive = (next: number) => setAt({ words: slash?.words ?? '', index: next });

  const current = phrases[index];
  const preview = useQuery({
    ...previewQuery(place, { type: 'phrase', phrase_id: current?.id ?? '', values: {} }),
    enabled: current !== undefined,
  });
  const insert = (where: Slash, answer: string) => {
    const after = answered(text, where, answer);
    onText(after.text, after.caret);
  };
  const choose = async (phrase: Phrase) => {
    if (!slash) return;
    try {
      const preview = await previewOf(place, { type: 'phrase', phrase_id: phrase.id, values: {} });
      if (preview.missing.length > 0) setFilling({ phrase, slash });
      else insert(slash, preview.text);
    } catch (error) {
      notifications.show({ color: 'red', title: 'Заготовка не вставлена', message: (error as Error).message });
    }
  };
  /** Whether the key was the list's. */
  const pressed = (event: KeyboardEvent): boolean => {
    if (left !== undefined && !slash) setLeft(undefined);
    if (!isOpen) return false;
    const count = phrases.length;
    if (event.key === 'Escape') setLeft(slash.from);
    else if (count === 0) return false;
    else if (event.key === 'ArrowDown') setActive((index + 1) % count);
    else if (event.key === 'ArrowUp') setActive((index + count - 1) % count);
    else if ((event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) || event.key === 'Tab') {
      void choose(current!);
    } else return false;
    event.preventDefault();
    return true;
  };
  return {
    isOpen: isOpen && found !== undefined,
    phrases,
    active: index,
    /** The chosen one as this client would read it. */
    shown: preview.data && !preview.isPlaceholderData ? preview.data.text : current?.text,
    setActive,
    choose: (phrase: Phrase) => void choose(phrase),
    pressed,
    filling: filling?.phrase,
    insertFilled: (answer: string) => filling && insert(filling.slash, answer),
    stopFilling: () => setFilling(undefined),
  };
}
