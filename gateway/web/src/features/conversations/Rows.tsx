import { Menu } from '@mantine/core';
import { IconInbox, IconMailOpened, IconUserPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useRight } from '@/shared/me';
import { useNow } from '@/shared/useNow';
import { draftsQuery, useMarkRead, useMarkUnread, type Conversation } from './api';
import classes from './ConversationList.module.css';
import { ConversationRow } from './ConversationRow';
import { PutOff } from './PutOff';
import { RestItems } from './RestItems';
import type { ConversationsSearch } from './search';

interface RowsProps {
  rows: Conversation[];
  search: ConversationsSearch;
  activeId?: string;
  picked: ReadonlySet<string>;
  onPick: (id: string) => void;
}

/** The rows with their context menu. */
export function Rows({ rows, search, activeId, picked, onPick }: RowsProps) {
  const now = useNow();
  const newestPick = useRef(onPick);
  newestPick.current = onPick;
  const [stablePick] = useState(() => (id: string) => newestPick.current(id));
  const drafts = useQuery(draftsQuery).data;
  const mayWrite = useRight('clients.write') !== undefined;
  const markRead = useMarkRead();
  const markUnread = useMarkUnread();
  const [menu, setMenu] = useState<{ row: Conversation; x: number; y: number } | null>(null);
  const [puttingOff, setPuttingOff] = useState<Conversation>();
  return (
    <>
      {rows.map((row) => (
        <div
          key={row.id}
          className={classes.slot}
          onContextMenu={(event) => {
            event.preventDefault();
            setMenu({ row, x: event.clientX, y: event.clientY });
          }}
        >
          <ConversationRow
            conversation={row}
            search={search}
            active={row.id === activeId}
            now={now}
            draft={row.id === activeId ? undefined : drafts?.get(row.id)}
            picked={picked.size > 0 ? picked.has(row.id) : undefined}
            onPick={stablePick}
          />
        </div>
      ))}
      <Menu opened={menu !== null} onClose={() => setMenu(null)} position="bottom-start">
        <Menu.Target>
          <button type="button" aria-hidden="true" tabIndex={-1} className={classes.anchor} style={{ left: menu?.x ?? 0, top: menu?.y ?? 0 }} />
        </Menu.Target>
        <Menu.Dropdown>
          {menu && (menu.row.unread > 0 || menu.row.marked_unread) ? (
            <Menu.Item
              leftSection={<IconMailOpened size={16} />}
              onClick={() => markRead.mutate({ id: menu.row.id, until: menu.row.last_at })}
            >
              Пометить прочитанным
            </Menu.Item>
          ) : (
            <Menu.Item leftSection={<IconInbox size={16} />} onClick={() => menu && markUnread.mutate(menu.row.id)}>
              Пометить непрочитанным
            </Menu.Item>
          )}
          {menu && mayWrite && <RestItems conversation={menu.row} now={now} onPutOff={() => setPuttingOff(menu.row)} />}
          <Menu.Item leftSection={<IconUserPlus size={16} />} onClick={() => menu && onPick(menu.row.id)}>
            Выбрать несколько
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <PutOff rows={puttingOff && [puttingOff]} onClose={() => setPuttingOff(undefined)} />
    </>
  );
}
