import { Checkbox } from '@mantine/core';
import { IconArrowBackUp, IconClockHour4 } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import { ago, date, exactly, lasted, time } from '@/shared/format';
import { form } from '@/shared/plural';
import { previewOf } from '@/shared/words/preview';
import { PersonAvatar } from '@/shared/ui/PersonAvatar';
import type { Conversation } from './api';
import classes from './ConversationRow.module.css';
import { namesOf } from './names';
import { rests } from './rest';
import type { ConversationsSearch } from './search';

/** After this an answer is late. */
const LATE_MINUTES = 15;
const WORTH_SAYING_MINUTES = 3;

interface ConversationRowProps {
  conversation: Conversation;
  search: ConversationsSearch;
  active: boolean;
  now: number;
  /** What the viewer has begun to answer. */
  draft?: string;
  /** Chosen for a mass action; `undefined` while nothing is. */
  picked?: boolean;
  onPick: (id: string) => void;
}

export const ConversationRow = memo(function ConversationRow(props: ConversationRowProps) {
  const { conversation, search, active, now, draft, picked, onPick } = props;
  const { contact, last, account } = conversation;
  const [name, beside] = namesOf(conversation);
  const unread = conversation.unread > 0 || conversation.marked_unread;
  return (
    <div className={classes.row} data-active={active || undefined} data-picking={picked !== undefined || undefined}>
      <Checkbox
        className={classes.pick}
        size="md"
        checked={picked ?? false}
        onChange={() => onPick(conversation.id)}
        aria-label={`Выбрать: ${contact.name}`}
      />
      <Link
        to="/dialogs/$conversationId"
        params={{ conversationId: conversation.id }}
        search={search}
        className={classes.link}
        aria-current={active ? 'true' : undefined}
      >
        <span className={classes.face}>
          <PersonAvatar name={name} channel={account?.channel} />
        </span>
        <span className={classes.middle}>
          <span className={classes.first}>
            <span className="cut" data-unread={unread || undefined}>
              {name}
            </span>
            {beside && <span className={`cut ${classes.company}`}>{beside}</span>}
          </span>
          <span className={`cut ${classes.second}`}>
            {draft ? (
              <>
                <span className={classes.draft}>Черновик:</span> {draft}
              </>
            ) : (
              <Last last={last} channel={account?.channel} />
            )}
          </span>
        </span>
        <span className={classes.right}>
          <time className="numbers" dateTime={conversation.last_at} data-hint={exactly(conversation.last_at)}>
            {ago(conversation.last_at, now)}
          </time>
          <span className={classes.marks}>
            {rests(conversation, now) ? <Rest until={conversation.rest?.until} /> : <Waiting since={conversation.waiting_since} now={now} />}
            {conversation.reachable === 'blocked' && <span className={classes.bad}>заблокировал</span>}
            {unread && <Unread count={conversation.unread} />}
          </span>
        </span>
      </Link>
    </div>
  );
});

function Last({ last, channel }: { last: Conversation['last']; channel?: string }) {
  if (!last) return 'Сообщений пока нет';
  return (
    <>
      {last.direction === 'outbound' && (
        <>
          <IconArrowBackUp size={14} className={classes.ours} aria-hidden="true" />
          <span className="unseen">Мы: </span>
        </>
      )}
      {previewOf(last, channel)}
    </>
  );
}

function Rest({ until }: { until?: string | null }) {
  return <span className="soft numbers">{until ? `до ${date(until).slice(0, 5)} ${time(until)}` : 'закрыт'}</span>;
}

function Waiting({ since, now }: { since?: string | null; now: number }) {
  if (!since) return null;
  const minutes = (now - Date.parse(since)) / 60_000;
  if (minutes < WORTH_SAYING_MINUTES) return null;
  return (
    <span className={minutes >= LATE_MINUTES ? classes.bad : classes.late}>
      <IconClockHour4 size={12} aria-hidden="true" /> ждёт {lasted(since, now)}
    </span>
  );
}

function Unread({ count }: { count: number }) {
  const shown = count > 9 ? '9+' : count > 0 ? String(count) : '';
  return (
    <span className={classes.unread}>
      <span aria-hidden="true">{shown}</span>
      <span className="unseen">
        {count > 9 ? 'больше девяти непрочитанных' : count > 0 ? `${count} ${form(count, 'непрочитанное', 'непрочитанных', 'непрочитанных')}` : 'помечено непрочитанным'}
      </span>
    </span>
  );
}
