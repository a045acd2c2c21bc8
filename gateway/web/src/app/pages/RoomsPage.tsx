import { IconMessageCircle } from '@tabler/icons-react';
import { Outlet, useParams } from '@tanstack/react-router';
import { RoomList } from '@/features/rooms/RoomList';
import { useLayout } from '@/shared/useLayout';
import { Nothing } from '@/shared/ui/States';
import { Panes } from '../Panes';

/** «Чаты»: the list, and beside it what is chosen. */
export default function RoomsPage() {
  const { roomId } = useParams({ strict: false });
  const isPhone = useLayout() === 'phone';
  const list = <RoomList activeId={roomId} />;
  if (isPhone) return roomId ? <Outlet /> : list;
  return (
    <Panes list={list}>
      {roomId ? (
        <Outlet />
      ) : (
        <Nothing icon={<IconMessageCircle size={40} stroke={1.4} />} title="Выберите чат слева">
          Чаты видят только сотрудники, клиентов в них не бывает.
        </Nothing>
      )}
    </Panes>
  );
}
