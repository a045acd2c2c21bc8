import { Button } from '@mantine/core';
import { memo, useState } from 'react';
import { exactly, time } from '@/shared/format';
import { plural } from '@/shared/plural';
import { DayMark, StartMark, UnreadMark } from '@/shared/ui/LogMarks';
import type { Entry, Subject } from './api';
import { CallRow, MissedRow } from './CallRow';
import { MessageRow } from './MessageRow';
import { NoteRow } from './NoteRow';
import type { Row } from './rows';
import classes from './TimelineRow.module.css';
import type { Showing } from './useShowing';

interface TimelineRowProps {
  row: Row;
  subject: Subject;
  zone?: string | null;
  showing: Showing;
  onReply?: (entry: Entry) => void;
}

export const TimelineRow = memo(function TimelineRow({ row, subject, zone, showing, onReply }: TimelineRowProps) {
  switch (row.type) {
    case 'start':
      return <StartMark>Начало истории</StartMark>;
    case 'day':
      return <DayMark at={row.at} />;
    case 'unread':
      return <UnreadMark />;
    case 'missed':
      return <MissedRow entries={row.entries} subject={subject} zone={zone} lit={row.entries.some((entry) => entry.id === showing.row)} />;
    case 'system':
      return <System row={row} />;
    case 'entry':
      if (row.entry.kind === 'call') {
        return <CallRow entry={row.entry} subject={subject} zone={zone} lit={row.entry.id === showing.row} />;
      }
      if (row.entry.kind === 'note') {
        return <NoteRow entry={row.entry} subject={subject} zone={zone} showing={showing} />;
      }
      return (
        <MessageRow
          entry={row.entry}
          joined={row.joined}
          subject={subject}
          zone={zone}
          showing={showing}
          onReply={onReply}
        />
      );
  }
});

const SHOWN = 1;

function System({ row }: { row: Extract<Row, { type: 'system' }> }) {
  const [open, setOpen] = useState(false);
  const shown = open ? row.entries : row.entries.slice(-SHOWN);
  const hidden = row.entries.length - shown.length;
  return (
    <div className={classes.system}>
      {hidden > 0 && (
        <Button variant="subtle" color="gray" size="compact-xs" onClick={() => setOpen(true)}>
          Ещё {plural(hidden, 'изменение', 'изменения', 'изменений')}
        </Button>
      )}
      {shown.map((entry) => (
        <div key={entry.id} title={exactly(entry.occurred_at)}>
          {entry.text ?? 'Изменение'} <span className="numbers">{time(entry.occurred_at)}</span>
        </div>
      ))}
    </div>
  );
}
