import { useQuery } from '@tanstack/react-query';
import type { Schema } from '@/api/client';
import { countersQuery } from './api';
import classes from './Counters.module.css';

type Numbers = Schema<'ClientCounters'>;

/** What of the timeline is counted, each with its number. */
const KINDS = {
  messages: { name: 'Сообщения', of: 'messages' },
  calls: { name: 'Звонки', of: 'calls' },
  letters: { name: 'Письма и SMS', of: 'letters' },
  notes: { name: 'Комментарии', of: 'notes' },
  files: { name: 'Файлы', of: 'with_files' },
} as const satisfies Record<string, { name: string; of: keyof Numbers }>;

export type Counted = keyof typeof KINDS;

/** Counting ends here. */
const MOST = 1000;

/** «12», «999+». */
function words(count: number): string {
  return count >= MOST ? `${MOST - 1}+` : String(count);
}

/** How many rows of each kind the client has; a press opens them. */
export function Counters({ client, onShow }: { client: string; onShow: (kind: Counted) => void }) {
  const numbers = useQuery(countersQuery(client)).data;
  return (
    <div className={classes.counters} role="group" aria-label="Сколько чего у клиента">
      {(Object.keys(KINDS) as Counted[]).map((kind) => {
        const count = numbers?.[KINDS[kind].of];
        return (
          <button key={kind} type="button" className={`plain ${classes.counter}`} disabled={!count} onClick={() => onShow(kind)}>
            {KINDS[kind].name} <b className="numbers">{count === undefined ? '…' : words(count)}</b>
          </button>
        );
      })}
    </div>
  );
}

/** The number in the head of a group. */
export function Count({ client, of }: { client: string; of: keyof Numbers }) {
  const count = useQuery(countersQuery(client)).data?.[of];
  return count !== undefined && <span className={`numbers ${classes.count}`}>{words(count)}</span>;
}
