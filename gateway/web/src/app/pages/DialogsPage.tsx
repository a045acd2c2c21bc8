import { IconMessages } from '@tabler/icons-react';
import { getRouteApi, Outlet, useParams } from '@tanstack/react-router';
import { ConversationList } from '@/features/conversations/ConversationList';
import { useLayout } from '@/shared/useLayout';
import { Nothing } from '@/shared/ui/States';
import { whenIdle } from '@/shared/whenIdle';
import { Panes } from '../Panes';

const route = getRouteApi('/frame/dialogs');

/** The next press opens one; the list itself comes first. */
const bringDialog = () => whenIdle(() => void import('./DialogPage'));

/** «Диалоги»: the list, and beside it what is chosen. */
export default function DialogsPage() {
  const search = route.useSearch();
  const { conversationId } = useParams({ strict: false });
  const isPhone = useLayout() === 'phone';
  const list = <ConversationList search={search} activeId={conversationId} onShown={bringDialog} />;
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
