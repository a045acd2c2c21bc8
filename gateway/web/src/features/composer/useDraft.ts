import { useLocalStorage } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { ApiError } from '@/api/problem';
import { useMe } from '@/shared/me';
import { draftQuery, meet, NO_DRAFT, saveDraft, type DraftKind, type Local, type StoredDraft } from './drafts';
import { LONGEST, signsOf } from './length';

const SAVE_AFTER_MS = 700;
const AGAIN_AFTER_MS = 5000;

export interface Draft {
  text: string;
  setText: (text: string) => void;
  /** The version that a press sends; with it the hub empties the draft. */
  version: number;
  /** The hub does not take these words: no other device has them. */
  isOnlyHere: boolean;
  /** Empties the field, because its words are on their way. */
  sent: () => void;
  /** Brings words back that were not taken, unless others are being written; says whether it did. */
  restore: (text: string) => boolean;
  /** Other words, written on another device: neither is lost before the person has chosen. */
  other?: string;
  takeOther: () => void;
  keepOwn: () => void;
}

const keyOf = (me: string, kind: DraftKind, id: string) => `uzel-draft-${me}-${kind}-${id}`;
const readLocal = (me: string, kind: DraftKind, id: string): Local => JSON.parse(localStorage.getItem(keyOf(me, kind, id)) ?? 'null') ?? NO_DRAFT;

/**
 * Words that outlive the page and go to the person's other devices. Here first, so that no network is needed to type; and
 * here alone, while there is nothing yet to which the hub could keep them.
 */
export function useDraft(kind: DraftKind, id: string, exists = true): Draft {
  const me = useMe();
  const [local, setLocal] = useLocalStorage<Local>({
    key: keyOf(me.id, kind, id),
    defaultValue: NO_DRAFT,
    getInitialValueInEffect: false,
  });
  const [other, setOther] = useState<StoredDraft>();
  const [again, setAgain] = useState(0);
  const newest = useRef(local);
  newest.current = local;
  const saving = useRef(false);
  const [isRefused, setRefused] = useState(false);
  const query = useQuery({ ...draftQuery(kind, id), enabled: exists });
  const stored = query.data;

  const hear = (heard: StoredDraft) => {
    const met = meet(newest.current, heard);
    if (met.local !== newest.current) setLocal(met.local);
    setOther(met.other === undefined ? undefined : heard);
  };
  const newestHear = useRef(hear);
  newestHear.current = hear;
  useEffect(() => {
    // An answer that is on its way knows better than what the feed told meanwhile.
    if (stored && !saving.current) newestHear.current(stored);
  }, [stored]);

  const { text, saved, version } = local;
  const isTooLong = signsOf(text) > LONGEST;
  useEffect(() => {
    if (text === saved || other || !exists || isTooLong) return;
    const save = async () => {
      if (saving.current) return setAgain((times) => times + 1);
      saving.current = true;
      try {
        const kept = await saveDraft(kind, id, text, version);
        setLocal((now) => ({ ...now, saved: text, version: kept.version }));
        setRefused(false);
      } catch (error) {
        if (error instanceof ApiError && error.type === 'newer-draft') newestHear.current(error.problem.draft as StoredDraft);
        // Without a network the words are kept here; whoever has lost the client keeps them here as well.
        else if (error instanceof ApiError && error.isPassing) setTimeout(() => setAgain((times) => times + 1), AGAIN_AFTER_MS);
        else setRefused(true);
      } finally {
        saving.current = false;
      }
    };
    const timer = setTimeout(() => void save(), SAVE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [kind, id, exists, text, saved, version, other, isTooLong, again, setLocal]);

  const choose = (words: string) => {
    if (!other) return;
    setLocal({ text: words, saved: other.text, version: other.version });
    setOther(undefined);
  };
  return {
    text,
    version,
    isOnlyHere: text !== saved && (isTooLong || isRefused),
    setText: (words) => setLocal((now) => ({ ...now, text: words })),
    sent: () => setLocal((now) => ({ ...now, text: '', saved: '' })),
    restore: (words) => {
      // Read anew: the hub may have answered after this screen was left.
      const now = readLocal(me.id, kind, id);
      if (now.text !== '') return false;
      setLocal({ ...now, text: words });
      return true;
    },
    other: other?.text,
    takeOther: () => choose(other?.text ?? ''),
    keepOwn: () => choose(text),
  };
}

/** Takes the words along into another conversation, where none are being written. */
export function carryDraft(me: string, from: string, to: string): void {
  const write = (id: string, local: Local) => localStorage.setItem(keyOf(me, 'reply', id), JSON.stringify(local));
  const [left, met] = [readLocal(me, 'reply', from), readLocal(me, 'reply', to)];
  if (left.text === '' || met.text !== '') return;
  write(to, { ...met, text: left.text });
  write(from, { ...left, text: '' });
  void saveDraft('reply', from, '', left.version).then(
    (kept) => write(from, { text: '', saved: '', version: kept.version }),
    // It is emptied when the conversation is opened the next time.
    () => undefined,
  );
}
