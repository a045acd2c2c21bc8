import { useClipboard } from '@mantine/hooks';
import {
  IconAlertCircle,
  IconArrowBackUp,
  IconCheck,
  IconChecks,
  IconClock,
  IconCopy,
  IconCornerUpRight,
  IconLink,
} from '@tabler/icons-react';
import { memo, type ReactNode } from 'react';
import type { Schema } from '@/api/client';
import { channelLook } from '@/channels';
import { time } from '@/shared/format';
import { FoldedText } from '@/shared/ui/FoldedText';
import { TaskButton } from '@/shared/ui/TaskButton';
import bubble from '@/shared/ui/Bubble.module.css';
import { useDeliveryAct, type Entry, type Subject } from './api';
import { Content } from './Content';
import { isPlanned, Planned } from './Planned';
import classes from './Row.module.css';
import { Late, Moment } from './RowMarks';
import { ORIGINS, STATES } from './texts';
import { Undecided } from './Undecided';
import type { Showing } from './useShowing';
import { startOf } from './taskStart';
import { Versions } from './Versions';

interface MessageRowProps {
  entry: Entry;
  joined: boolean;
  subject: Subject;
  zone?: string | null;
  showing: Showing;
  onReply?: (entry: Entry) => void;
}

/** A message: the client's on the left, ours on the right. */
export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { entry, joined, subject, zone, showing, onReply } = props;
  const isOut = entry.direction === 'outbound';
  const who = isOut ? (entry.author?.name ?? entry.account?.name ?? 'Компания') : (entry.contact?.name ?? 'Клиент');
  const look = entry.account ? channelLook(entry.account.channel) : null;
  return (
    <article
      className={bubble.row}
      data-side={isOut ? 'out' : 'in'}
      data-joined={joined || undefined}
      data-failed={entry.state === 'failed' || undefined}
      data-lit={entry.id === showing.row || undefined}
      aria-label={`${who}, ${time(entry.occurred_at)}`}
    >
      <div className={bubble.bubble}>
        {!joined && (
          <div className={bubble.head}>
            {look && (
              <span className={classes.sign} data-hint={entry.account?.name}>
                <look.icon size={14} aria-hidden="true" />
                <span className="unseen">{look.name}</span>
              </span>
            )}
            <b className="cut">{who}</b>
            {isOut && ORIGINS[entry.origin] && <span>{ORIGINS[entry.origin]}</span>}
          </div>
        )}
        {entry.forward && (
          <div className={bubble.head}>
            <IconCornerUpRight size={14} aria-hidden="true" />
            Переслано{entry.forward.from ? ` от ${entry.forward.from}` : ''}
            {entry.forward.many_times ? ', много раз' : ''}
          </div>
        )}
        {entry.quote && <Quote quote={entry.quote} showing={showing} />}
        <Said part={entry} />
        {entry.items.length > 0 && (
          <div className={classes.grid}>
            {entry.items.map((item) => (
              <div key={item.id}>
                <Said part={item} />
              </div>
            ))}
          </div>
        )}
        <Route delivery={entry.delivery} />
        {isPlanned(entry) ? <Planned entry={entry} zone={zone} /> : <Trouble entry={entry} />}
        {entry.reactions.length > 0 && (
          <div className={bubble.reactions}>
            {entry.reactions.map((reaction) => (
              <span
                key={reaction.author}
                className={bubble.reaction}
                data-hint={reaction.author === 'client' ? 'Реакция клиента' : 'Наша реакция'}
              >
                {reaction.emoji}
              </span>
            ))}
          </div>
        )}
        <Foot entry={entry} zone={zone} subject={subject} />
        <Actions entry={entry} subject={subject} onReply={onReply} />
      </div>
    </article>
  );
});

/** Words and files of a message or of one item of an album. */
function Said({ part }: { part: Pick<Entry, 'text' | 'content' | 'deleted' | 'versions'> }) {
  const caption = part.content?.type === 'media' ? part.content.caption : undefined;
  const words = part.text ?? (part.content?.type === 'text' ? part.content.text : undefined);
  return (
    <>
      {part.content && part.content.type !== 'text' && <Content content={part.content} />}
      {words && words !== caption && !isSaidBy(part.content, words) && <FoldedText text={words} deleted={!!part.deleted} />}
      {caption && <FoldedText text={caption} deleted={!!part.deleted} />}
      {part.deleted && (
        <div className={bubble.head}>
          {part.deleted.by === 'company' ? 'удалено нами' : 'удалено клиентом'} {time(part.deleted.at)}
        </div>
      )}
    </>
  );
}

/** The hub gives a card and a place their name as words too. */
function isSaidBy(content: Entry['content'], words: string): boolean {
  if (content?.type === 'contacts') return content.cards.some((card) => card.name === words);
  return content?.type === 'location' && (content.name === words || content.address === words);
}

function Quote({ quote, showing }: { quote: Schema<'QuotePayload'>; showing: Showing }) {
  const id = quote.interaction_id;
  return (
    <button type="button" className={bubble.quote} disabled={!id} onClick={() => id && showing.toRow(id, isDrawn(id))}>
      <span>{quote.text ?? 'Сообщение без текста'}</span>
    </button>
  );
}

/** A row near the screen is scrolled to; others are loaded around. */
function isDrawn(id: string): boolean {
  return document.querySelector(`[data-entry="${CSS.escape(id)}"]`) !== null;
}

function Foot({ entry, zone, subject }: { entry: Entry; zone?: string | null; subject: Subject }) {
  return (
    <div className={bubble.foot} data-entry={entry.id}>
      <span className={classes.marks}>
        {entry.undecided && <Undecided entry={entry} subject={subject} />}
        {entry.versions.length > 1 && <Versions versions={entry.versions} />}
      </span>
      <Late entry={entry} />
      <Moment at={entry.occurred_at} zone={zone} />
      <State entry={entry} />
    </div>
  );
}

const SIGNS = {
  queued: IconClock,
  sent: IconCheck,
  delivered: IconChecks,
  read: IconChecks,
  played: IconChecks,
  failed: IconAlertCircle,
};

/** How far a message of ours got: on the client's side, else on ours. */
function State({ entry }: { entry: Entry }) {
  const step = entry.delivery?.step;
  // It waits for its time, and until the hub has taken it not even that.
  if (isPlanned(entry)) return null;
  const onItsWay = step === 'queued' || step === 'sending' || step === 'unsure';
  const state = entry.state ?? (step === 'failed' ? 'failed' : onItsWay ? 'queued' : step === 'accepted' ? 'sent' : undefined);
  if (!state) return null;
  const Sign = SIGNS[state];
  return (
    <span className={classes.state} data-state={state}>
      <Sign size={15} aria-hidden="true" />
      {STATES[state]}
    </span>
  );
}

/** «Канал выбран»: why this channel, and why none of the dearer ones. */
function Route({ delivery }: { delivery: Entry['delivery'] }) {
  if (!delivery?.chosen_because) return null;
  return (
    <details className={bubble.head}>
      <summary>Канал выбран: {delivery.chosen_because}</summary>
      {delivery.passed_over.map((way) => (
        <div key={way.account_id}>
          {way.account}: {way.reason}
        </div>
      ))}
    </details>
  );
}

/** Why a message of ours is stuck, and what can be done. */
function Trouble({ entry }: { entry: Entry }) {
  const act = useDeliveryAct();
  const delivery = entry.delivery;
  const step = delivery?.step;
  const failed = entry.state === 'failed' || step === 'failed';
  if (!failed && step !== 'unknown' && step !== 'cancelled') return null;
  const press = (what: 'retry' | 'confirm') => delivery && act.mutate({ id: delivery.id, act: what });
  const why = entry.failure?.text ?? delivery?.reason;
  return (
    <div className={classes.why}>
      {step === 'unknown'
        ? 'Неизвестно, дошло ли: связь с провайдером оборвалась. Повторение может прийти клиенту дважды.'
        : step === 'cancelled'
          ? (delivery?.reason ?? 'Отменено до отправки.')
          : (why ?? 'Провайдер не доставил сообщение и не назвал причину.')}
      {delivery?.replaced_by && <div>Отправлено по другому каналу.</div>}
      {delivery && step !== 'cancelled' && !delivery.replaced_by && (
        <span className={classes.acts}>
          <button type="button" className="plain link" onClick={() => press('retry')}>
            Повторить
          </button>
          {step === 'unknown' && (
            <button type="button" className="plain link" onClick={() => press('confirm')}>
              Дошло
            </button>
          )}
        </span>
      )}
      {act.isError && <div>{act.error.message}</div>}
    </div>
  );
}

function Actions({ entry, subject, onReply }: { entry: Entry; subject: Subject; onReply?: (entry: Entry) => void }) {
  return (
    <div className={bubble.actions}>
      {onReply && entry.conversation_id && (
        <Act name="Ответить с цитатой" hint="Ответить" onPress={() => onReply(entry)}>
          <IconArrowBackUp size={14} />
        </Act>
      )}
      {entry.text && (
        <Copy name="Скопировать текст" value={entry.text}>
          <IconCopy size={14} />
        </Copy>
      )}
      <TaskButton isSmall start={startOf(entry, subject)} />
      <Copy name="Скопировать ссылку" value={`${location.origin}/rows/${entry.id}`}>
        <IconLink size={14} />
      </Copy>
    </div>
  );
}

function Copy({ name, value, children }: { name: string; value: string; children: ReactNode }) {
  const { copied, copy } = useClipboard({ timeout: 1000 });
  return (
    <Act name={name} hint={copied ? 'Скопировано' : name} onPress={() => copy(value)}>
      {copied ? <IconCheck size={14} /> : children}
    </Act>
  );
}

/** A plain button: there are three in every row, and the library's costs as much as the row. */
function Act({ name, hint, onPress, children }: { name: string; hint: string; onPress: () => void; children: ReactNode }) {
  return (
    <button type="button" className={classes.act} onClick={onPress} aria-label={name} data-hint={hint}>
      {children}
    </button>
  );
}
