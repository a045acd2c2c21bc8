import { IconMessages } from '@tabler/icons-react';
import { getRouteApi, Outlet, useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import { ConversationList } from '@/features/conversations/ConversationList';
import { useLayout } from '@/shared/useLayout';
import { Nothing } from '@/shared/ui/States';
import { Panes } from '../Panes';

const route = getRouteApi('/frame/dialogs');

const DIALOG_AFTER_MS = 3000;

/** «Диалоги»: the list, and beside it what is chosen. */
export default function DialogsPage() {
  const search = route.useSearch();
  const { conversationId } = useParams({ strict: false });
  const isPhone = useLayout() === 'phone';
  // The next press opens one; the list itself comes first.
  useEffect(() => {
    const timer = setTimeout(() => void import('./DialogPage'), DIALOG_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  const list = <ConversationList search={search} activeId={conversationId} />;
  if (isPhone) return conversationId ? <Outlet /> : list;
  return (
    <Panes list={list}>
      {conversationId ? (
        <Outlet />
      ) : (
        <Nothing icon={<IconMessages size={40} stroke={1.4} />} title="Выберите диалог слева">
          J и K ведут по списку, Ctrl+K находит клиента.
        </Nothing>
      )}
    </Panes>
  );
}
