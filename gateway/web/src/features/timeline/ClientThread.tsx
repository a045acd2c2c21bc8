import { useLocalStorage } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { peopleQuery } from '@/shared/contacts';
import { useNow } from '@/shared/useNow';
import type { Entry, Subject } from './api';
import { FilterBar } from './FilterBar';
import { CHOICE_KEY, filterOf, NO_CHOICE, type Choice } from './filter';
import type { Unread } from './rows';
import { Timeline } from './Timeline';
import classes from './ClientThread.module.css';
import { useShowing } from './useShowing';

interface ClientThreadProps {
  subject: Subject;
  zone?: string | null;
  unread?: Unread;
  /** A row to open at. */
  row?: string;
  onSeen?: (entries: Entry[]) => void;
  onReply?: (entry: Entry) => void;
  onShown?: () => void;
}

/** The timeline with its filters. */
export function ClientThread({ subject, zone, unread, row, onSeen, onReply, onShown }: ClientThreadProps) {
  const [choice, setChoice] = useLocalStorage<Choice>({
    key: CHOICE_KEY,
    defaultValue: NO_CHOICE,
    getInitialValueInEffect: false,
  });
  const [contact, setContact] = useState<string>();
  const people = useQuery({ ...peopleQuery(subject.id), enabled: subject.kind === 'client' }).data?.items ?? [];
  // Of the moment of the choice: a sliding border would be another question every minute.
  const [chosenAt, setChosenAt] = useState(useNow());
  const filter = useMemo(() => filterOf(choice, contact, chosenAt), [choice, contact, chosenAt]);
  const showing = useShowing();
  const { toRow, toDate, toEnd } = showing;
  useEffect(() => {
    if (row) toRow(row, false);
  }, [row, toRow]);

  // A counter of the card has opened its list: all of it, from its end.
  const { asked } = choice;
  const [answered, setAnswered] = useState(asked);
  useEffect(() => {
    if (asked === answered) return;
    setAnswered(asked);
    if (asked === undefined) return;
    setContact(undefined);
    toEnd();
  }, [asked, answered, toEnd]);

  const choose = (next: Choice) => {
    setChosenAt(Date.now());
    setChoice(next);
  };
  return (
    <div className={classes.thread}>
      <FilterBar
        choice={choice}
        onChoice={choose}
        people={people}
        contact={contact}
        onContact={setContact}
        onDate={toDate}
      />
      <Timeline
        subject={subject}
        filter={filter}
        showing={showing}
        zone={zone}
        unread={unread}
        onSeen={onSeen}
        onReply={onReply}
        onShown={onShown}
        filtered={Object.keys(filter).length > 0}
        onResetFilter={() => {
          choose(NO_CHOICE);
          setContact(undefined);
        }}
      />
    </div>
  );
}
