import { Button, Skeleton, Tooltip } from '@mantine/core';
import { channels, type Channel } from '@/channels';
import { Nothing } from '@/shared/ui/States';
import type { Sort } from './api';
import classes from './ConversationList.module.css';
import type { ConversationsSearch, Tab } from './search';
import { TAB_NAMES } from './texts';

/** How many of a tab wait for an answer. */
export function Count({ waiting }: { waiting?: number }) {
  if (!waiting) return null;
  return (
    <Tooltip label={`Ждут ответа: ${waiting >= 100 ? 'больше 99' : waiting}`}>
      <span className={classes.count}>
        {waiting >= 100 ? '99+' : waiting}
        <span className="unseen"> ждут ответа</span>
      </span>
    </Tooltip>
  );
}

/** Grey rows while loading. */
export function Bones({ count }: { count: number }) {
  return (
    <div role="status" aria-label="Диалоги загружаются">
      {Array.from({ length: count }, (_, index) => (
        <div key={index} className={classes.bone}>
          <Skeleton circle height={40} />
          <div style={{ flex: 1 }}>
            <Skeleton height={12} width="55%" />
            <Skeleton height={10} width="85%" mt={10} />
          </div>
        </div>
      ))}
    </div>
  );
}

interface EmptyProps {
  tab: Tab;
  sort: Sort;
  search: ConversationsSearch;
  onReset: () => void;
}

/** An empty list names what hides its rows. */
export function Empty({ tab, sort, search, onReset }: EmptyProps) {
  const channel = search.channels && channels[search.channels as Channel]?.name;
  if (channel) {
    return (
      <Nothing
        title={`В «${TAB_NAMES[tab]}» нет диалогов ${channel}`}
        action={
          <Button variant="default" onClick={onReset}>
            Сбросить
          </Button>
        }
      >
        Строки скрывает фильтр по каналу.
      </Nothing>
    );
  }
  if (search.standing && search.standing !== 'open') {
    return (
      <Nothing title={search.standing === 'closed' ? 'Закрытых диалогов нет' : 'Отложенных диалогов нет'}>
        {search.standing === 'closed'
          ? 'Закрытый диалог откроется сам, когда клиент напишет снова.'
          : 'Отложенный диалог вернётся в назначенное время или когда клиент напишет.'}
      </Nothing>
    );
  }
  if (sort === 'waiting') return <Nothing title="Никто не ждёт ответа">Показаны только те, кому ещё не ответили.</Nothing>;
  if (tab === 'mine') {
    return (
      <Nothing title="У вас пока нет диалогов">
        Они появятся, когда напишет клиент, за которого вы отвечаете. Новых посмотрите во вкладке «Без ответственного».
      </Nothing>
    );
  }
  return <Nothing title="Диалогов пока нет">Как только клиент напишет в подключённый канал, диалог появится здесь.</Nothing>;
}
