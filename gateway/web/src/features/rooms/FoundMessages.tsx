import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ago } from '@/shared/format';
import { plural } from '@/shared/plural';
import { useNow } from '@/shared/useNow';
import { Failed, Loading, Nothing } from '@/shared/ui/States';
import { foundQuery } from './api';
import classes from './RoomList.module.css';

/** Messages with these words, in all rooms that one reads; a press opens the room there. */
export function FoundMessages({ text }: { text: string }) {
  const now = useNow();
  const found = useInfiniteQuery(foundQuery(text));
  if (found.isPending) return <Loading what="Идёт поиск" />;
  if (found.isError) return <Failed error={found.error} again={() => void found.refetch()} />;
  const shown = found.data.pages.flatMap((page) => page.items);
  if (shown.length === 0) return <Nothing title="Ничего не нашлось">Проверьте слова: ищутся все сразу, в любой форме.</Nothing>;
  return (
    <ul className={classes.rows} aria-label="Найденные сообщения">
      {shown.map(({ room_name, message }) => (
        <li key={message.id} className={classes.row}>
          <Link
            to="/rooms/$roomId"
            params={{ roomId: message.room_id }}
            search={{ at: message.position }}
            className={classes.link}
          >
            <span className={classes.first}>
              <b className="cut">{room_name}</b>
              <span className={classes.when}>{ago(message.created_at, now)}</span>
            </span>
            <span className={classes.second}>
              <span className="cut">
                {message.author_name}: {message.text ?? plural(message.files.length, 'файл', 'файла', 'файлов')}
              </span>
            </span>
          </Link>
        </li>
      ))}
      {found.hasNextPage && (
        <li>
          <button type="button" className={classes.more} onClick={() => void found.fetchNextPage()}>
            Показать ещё
          </button>
        </li>
      )}
    </ul>
  );
}
