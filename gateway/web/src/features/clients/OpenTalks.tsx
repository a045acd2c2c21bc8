import { Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { accountWords, channelLook } from '@/channels';
import { ago, exactly, lasted } from '@/shared/format';
import { useNow } from '@/shared/useNow';
import { Failed } from '@/shared/ui/States';
import { openTalksQuery } from './api';
import classes from './OpenTalks.module.css';

/** A wait is told from three minutes on, as in the list of all. */
const WORTH_SAYING_MS = 180_000;

/** The conversations with this client that somebody has to look at. */
export function OpenTalks({ client }: { client: string }) {
  const talks = useQuery(openTalksQuery(client));
  const now = useNow();
  if (talks.isPending) return <Skeleton height={40} />;
  if (talks.isError) return <Failed error={talks.error} again={() => void talks.refetch()} />;
  if (talks.data.items.length === 0) return <Text c="dimmed">Открытых диалогов нет.</Text>;
  return (
    <>
      {talks.data.items.map(({ id, contact, account, last_at, waiting_since }) => {
        const waits = waiting_since && now - Date.parse(waiting_since) >= WORTH_SAYING_MS;
        const Sign = channelLook(account?.channel ?? '').icon;
        return (
          <Link key={id} to="/dialogs/$conversationId" params={{ conversationId: id }} className={classes.talk}>
            <Sign size={16} aria-hidden="true" />
            <span className={classes.who}>
              <span className="cut">{contact.name}</span>
              {account && <span className={`cut ${classes.where}`}>{accountWords(account)}</span>}
            </span>
            <time className={`numbers ${waits ? classes.waits : classes.where}`} dateTime={last_at} title={exactly(last_at)}>
              {waits ? `ждёт ${lasted(waiting_since, now)}` : ago(last_at, now)}
            </time>
          </Link>
        );
      })}
      {talks.data.next_cursor && (
        <Text size="xs" c="dimmed">
          Показаны последние {talks.data.items.length}.
        </Text>
      )}
    </>
  );
}
