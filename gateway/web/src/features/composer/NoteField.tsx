import { Button, Select, Tooltip } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { IconLock } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { useMe } from '@/shared/me';
import { GrowingField } from '@/shared/ui/GrowingField';
import { uuid } from '@/shared/uuid';
import type { Entry } from './api';
import classes from './Composer.module.css';
import { LONGEST, signsOf } from './length';
import { useAddNote, type NewNote } from './notes';
import { OtherDraft } from './OtherDraft';
import { OnlyHere, Surplus } from './Signs';
import { useDraft } from './useDraft';

export interface Company {
  id: string;
  name: string;
}

interface NoteFieldProps {
  /** Whose comment it may be: a person may speak for several companies. */
  companies: Company[];
  /** A row for the timeline, when the hub has stored it. */
  onRow: (entry: Entry) => void;
}

/** «Комментарий»: for colleagues only, and tinted so that it is never taken for an answer. */
export function NoteField({ companies, onRow }: NoteFieldProps) {
  const [chosen, setChosen] = useState<string>();
  const company = companies.find((known) => known.id === chosen) ?? companies[0]!;
  return (
    <section className={classes.composer} data-mode="note" aria-label="Комментарий для сотрудников">
      {companies.length > 1 && (
        <Select
          className={classes.company}
          size="xs"
          aria-label="Комментарий к компании"
          data={companies.map(({ id, name }) => ({ value: id, label: name }))}
          value={company.id}
          onChange={(id) => setChosen(id ?? undefined)}
          allowDeselect={false}
        />
      )}
      <Words key={company.id} client={company.id} onRow={onRow} />
    </section>
  );
}

function Words({ client, onRow }: { client: string; onRow: (entry: Entry) => void }) {
  const me = useMe();
  const draft = useDraft('note', client);
  // A press that had no answer yet, perhaps of a tab that was closed over it: the same words go under the same id.
  const [pressed, setPressed] = useLocalStorage<NewNote | null>({
    key: `uzel-note-pressed-${me.id}-${client}`,
    defaultValue: null,
    getInitialValueInEffect: false,
  });
  const add = useAddNote();
  const field = useRef<HTMLTextAreaElement>(null);
  const text = draft.text.trim();
  const surplus = signsOf(draft.text) - LONGEST;
  const press = () => {
    if (text === '' || surplus > 0 || add.isPending) return;
    const note = pressed?.text === text ? pressed : { id: uuid(), client, text };
    setPressed(note);
    add.mutate({ ...note, draft: draft.version }, {
      onSuccess: (entry) => {
        onRow(entry);
        setPressed(null);
        draft.sent();
      },
    });
  };
  return (
    <>
      <OtherDraft draft={draft} />
      <div className={classes.line}>
        <GrowingField
          ref={field}
          className={classes.field}
          aria-label="Текст комментария"
          placeholder="Комментарий: видно только сотрудникам"
          leftSection={<IconLock size={16} aria-hidden="true" />}
          data-write="note"
          value={draft.text}
          readOnly={add.isPending}
          error={add.error ? `${add.error.message} Текст сохранён.` : surplus > 0}
          onChange={(event) => draft.setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
              event.preventDefault();
              press();
            } else if (event.key === 'Escape') {
              event.preventDefault();
              event.currentTarget.blur();
            }
          }}
        />
        <Tooltip label="Enter — записать, Shift+Enter — новая строка">
          <Button color="yellow.8" onClick={press} loading={add.isPending} disabled={text === '' || surplus > 0} aria-keyshortcuts="Enter">
            Записать
          </Button>
        </Tooltip>
      </div>
      <div className={classes.foot} role="status">
        <OnlyHere draft={draft} />
        <Surplus surplus={surplus} most={LONGEST} what="Комментарий" field={field} />
        {add.failureCount > 0 && add.isPending && 'Нет связи: комментарий запишется, когда она появится. Текст не пропадёт.'}
      </div>
    </>
  );
}
