import { Alert, Button, CopyButton, Group, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError } from '@/api/problem';
import { FoldedText } from '@/shared/ui/FoldedText';
import { entryOf, takeIn, type Entry, type Subject } from './api';
import { useChangeNote } from './notes';

interface NoteEditorProps {
  entry: Entry;
  subject: Subject;
  /** What is being written; it outlives the page. */
  text: string;
  onText: (text: string | null) => void;
}

/** A comment being changed. Whatever the hub says, the words stay in the field. */
export function NoteEditor({ entry, subject, text, onText }: NoteEditorProps) {
  const cache = useQueryClient();
  const change = useChangeNote(subject);
  const [hasOther, setOther] = useState(false);
  const error = change.error;
  const isStale = error instanceof ApiError && error.type === 'stale-version';
  const isLocked = error instanceof ApiError && error.problem.status === 403;
  const maySave = text.trim() !== '' && !isStale && !change.isPending;
  const save = () => maySave && change.mutate({ id: entry.id, version: entry.note!.version, text }, { onSuccess: () => onText(null) });
  const readAnew = () => {
    void entryOf(entry.id).then((fresh) => {
      takeIn(cache, subject, fresh);
      change.reset();
      setOther(true);
    });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      {hasOther && entry.text && <FoldedText text={entry.text} deleted={!!entry.deleted} />}
      <Textarea
        aria-label="Текст комментария"
        autosize
        autoFocus
        minRows={2}
        maxRows={12}
        value={text}
        onChange={(event) => onText(event.currentTarget.value)}
        onKeyDown={(event) => {
          const withCtrl = event.ctrlKey || event.metaKey;
          if (event.key !== 'Enter' || (event.shiftKey && !withCtrl) || event.nativeEvent.isComposing) return;
          event.preventDefault();
          save();
        }}
      />
      {error && (
        <Alert color={isStale ? 'yellow' : 'red'} mt={6} role="alert">
          {isStale ? 'Пока вы писали, комментарий изменили. Ваш текст остался в поле.' : `${error.message} Ваш текст остался в поле.`}
          <Group gap="xs" mt={6}>
            {isStale && (
              <Button size="compact-sm" variant="default" onClick={readAnew}>
                Показать, что записано сейчас
              </Button>
            )}
            {isLocked && (
              <CopyButton value={text}>
                {({ copied, copy }) => (
                  <Button size="compact-sm" variant="default" onClick={copy}>
                    {copied ? 'Скопировано' : 'Скопировать текст'}
                  </Button>
                )}
              </CopyButton>
            )}
          </Group>
        </Alert>
      )}
      <Group gap="xs" mt={6}>
        <Button type="submit" size="compact-md" loading={change.isPending} disabled={!maySave && !change.isPending} title="Enter — сохранить, Shift+Enter — новая строка" aria-keyshortcuts="Enter">
          Сохранить
        </Button>
        <Button size="compact-md" variant="subtle" color="gray" onClick={() => onText(null)}>
          Не менять
        </Button>
      </Group>
    </form>
  );
}
