import { Badge } from '@mantine/core';
import { IconPhoneCall, IconPhoneIncoming, IconPhoneOff, IconPhoneOutgoing } from '@tabler/icons-react';
import { time } from '@/shared/format';
import { FileCard } from '@/shared/ui/FileCard';
import { callDetail, callTitle } from '@/shared/words/call';
import bubble from '@/shared/ui/Bubble.module.css';
import type { Entry, Subject } from './api';
import { CallWork } from './CallWork';
import classes from './Row.module.css';
import { Late, Moment } from './RowMarks';
import { missedDetail, recordingWords, segmentWords } from './texts';
import { Undecided } from './Undecided';

interface CallRowProps {
  entry: Entry;
  subject: Subject;
  zone?: string | null;
  lit: boolean;
}

function lookOf(entry: Entry) {
  const outcome = entry.call?.outcome;
  if (outcome === 'ringing' || outcome === 'talking') return { look: 'live', Sign: IconPhoneCall };
  if (outcome === 'missed') return { look: 'missed', Sign: IconPhoneOff };
  if (outcome === 'answered' && entry.direction === 'outbound') return { look: 'made', Sign: IconPhoneOutgoing };
  if (outcome === 'answered') return { look: 'taken', Sign: IconPhoneIncoming };
  return { look: 'none', Sign: IconPhoneOff };
}

/** A call: who, how long, by which line; transfers as steps. */
export function CallRow({ entry, subject, zone, lit }: CallRowProps) {
  const { look, Sign } = lookOf(entry);
  const call = entry.call!;
  return (
    <article className={bubble.row} data-lit={lit || undefined} aria-label={`${callTitle(entry)}, ${time(entry.occurred_at)}`}>
      <div className={classes.call} data-entry={entry.id}>
        <span className={classes.callSign} data-look={look}>
          <Sign size={18} aria-hidden="true" />
        </span>
        <div className={classes.callBody}>
          <Title entry={entry} zone={zone} />
          <div className={classes.small}>{[entry.contact?.name, ...callDetail(call)].filter(Boolean).join(' · ')}</div>
          {call.segments.length > 1 && (
            <ol className={classes.steps}>
              {call.segments.map((segment, index) => (
                <li key={index}>
                  {time(segment.started_at)} {segmentWords(segment)}
                </li>
              ))}
            </ol>
          )}
          {call.recordings.map((recording, index) => (
            <div key={recording.id ?? index}>
              {call.recordings.length > 1 && <div className={classes.small}>{recordingWords(call, index)}</div>}
              <FileCard media={recording} />
            </div>
          ))}
          {entry.undecided && <Undecided entry={entry} subject={subject} />}
          <CallWork entry={entry} subject={subject} />
        </div>
      </div>
    </article>
  );
}

function Title({ entry, zone, times }: { entry: Entry; zone?: string | null; times?: number }) {
  return (
    <div className={classes.callTitle}>
      <span>{callTitle(entry)}</span>
      {times && times > 1 && (
        <Badge color="red" variant="light" tt="none">
          ×{times}
        </Badge>
      )}
      <Late entry={entry} />
      <Moment at={entry.occurred_at} zone={zone} />
    </div>
  );
}

interface MissedRowProps extends Omit<CallRowProps, 'entry'> {
  entries: Entry[];
}

/** Missed calls in a run are one row; the first says how long the caller waited and who was rung. */
export function MissedRow({ entries, subject, zone, lit }: MissedRowProps) {
  const first = entries[0]!;
  const last = entries.at(-1)!;
  return (
    <article className={bubble.row} data-lit={lit || undefined} aria-label={`Пропущенный звонок, ${time(last.occurred_at)}`}>
      <div className={classes.call} data-entry={last.id}>
        <span className={classes.callSign} data-look="missed">
          <IconPhoneOff size={18} aria-hidden="true" />
        </span>
        <div className={classes.callBody}>
          <Title entry={last} zone={zone} times={entries.length} />
          <div className={classes.small}>
            {[first.contact?.name, first.call && missedDetail(first.call, first.occurred_at)].filter(Boolean).join(' · ')}
          </div>
          {entries.length > 1 && (
            <div className={`${classes.small} numbers`}>
              Звонил в {entries.map((entry) => time(entry.occurred_at)).join(', ')}
            </div>
          )}
          <CallWork entry={last} subject={subject} />
        </div>
      </div>
    </article>
  );
}
