import { Button, Group } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useRight } from '@/shared/me';
import { CallNote } from '@/shared/ui/CallNote';
import { CallResultPicker } from '@/shared/ui/CallResultPicker';
import { TaskButton } from '@/shared/ui/TaskButton';
import { CALL_RESULTS } from '@/shared/words/callResult';
import { takeIn, type Entry, type Subject } from './api';
import classes from './Row.module.css';
import { startOf } from './taskStart';

/** What came of a call and what is to be remembered of it. */
export function CallWork({ entry, subject }: { entry: Entry; subject: Subject }) {
  const cache = useQueryClient();
  const mayWrite = useRight('clients.write') !== undefined;
  const [writing, setWriting] = useState(false);
  const said = entry.call?.result;
  const outcome = entry.call?.outcome;
  if (outcome === 'ringing' || outcome === 'talking') return null;
  const take = (changed: Entry) => takeIn(cache, subject, changed);
  if (!mayWrite) return said ? <div className={classes.small}>Результат: {CALL_RESULTS[said.result]}</div> : null;
  return (
    <>
      <Group gap="xs" mt={6}>
        <CallResultPicker key={said?.result ?? ''} call={entry.id} value={said?.result} onSaid={take} />
        {said && <span className={classes.small}>{said.author.name}</span>}
        {subject.kind === 'client' && !writing && (
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            leftSection={<IconLock size={14} aria-hidden="true" />}
            onClick={() => setWriting(true)}
          >
            Комментарий к звонку
          </Button>
        )}
        <TaskButton start={startOf(entry, subject)} />
      </Group>
      {writing && (
        <CallNote
          call={entry.id}
          client={subject.id}
          onCancel={() => setWriting(false)}
          onWritten={(note) => {
            setWriting(false);
            take(note);
          }}
        />
      )}
    </>
  );
}
