import { notifications } from '@mantine/notifications';
import { useNavigate } from '@tanstack/react-router';
import { useLiveMessages } from '@/shared/live/context';
import { useMe } from '@/shared/me';
import { messageOf } from './api';

/** Tells whoever is named in a room, wherever in the product he is; a press leads there. */
export function useMentionNotices(openRoom: string | undefined): void {
  const me = useMe();
  const navigate = useNavigate();
  useLiveMessages((message) => {
    if (message.event !== 'room' || !message.mentioned || !message.message_id) return;
    if (message.room_id === openRoom && document.hasFocus()) return;
    messageOf(message.message_id).then(
      (said) => {
        if (said.author_id === me.id) return;
        const id = `mention-${said.id}`;
        notifications.show({
          id,
          title: `${said.author_name} упоминает вас`,
          message: said.text ?? 'Файл',
          autoClose: 12_000,
          style: { cursor: 'pointer' },
          onClick: () => {
            notifications.hide(id);
            void navigate({ to: '/rooms/$roomId', params: { roomId: said.room_id }, search: { at: said.position } });
          },
        });
      },
      () => undefined,
    );
  });
}
