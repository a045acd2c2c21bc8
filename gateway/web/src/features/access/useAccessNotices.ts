import { notifications } from '@mantine/notifications';
import { useNavigate } from '@tanstack/react-router';
import { accessRequest, type AccessRequest } from '@/shared/access';
import { useLiveMessages } from '@/shared/live/context';
import { useMe } from '@/shared/me';

/** Tells an author what came of his request, and those who decide that there is one; a press leads there. */
export function useAccessNotices(): void {
  const me = useMe();
  const navigate = useNavigate();
  const tell = (request: AccessRequest) => {
    const own = request.author.id === me.id;
    const told = own ? ENDED[request.state] : request.state === 'open' && `${request.author.name} просит доступ`;
    if (!told) return;
    const id = `access-${request.id}`;
    notifications.show({
      id,
      title: told,
      message: request.comment ? `${request.client.name}. Причина: ${request.comment}` : request.client.name,
      color: request.state === 'granted' ? 'green' : undefined,
      autoClose: 12_000,
      style: { cursor: 'pointer' },
      onClick: () => {
        notifications.hide(id);
        const clientId = own && request.client_id;
        if (clientId) void navigate({ to: '/clients/$clientId', params: { clientId } });
        else void navigate({ to: '/settings/access' });
      },
    });
  };
  useLiveMessages((message) => {
    if (message.event === 'access_request') accessRequest(message.request_id).then(tell, () => undefined);
  });
}

const ENDED: Partial<Record<AccessRequest['state'], string>> = { granted: 'Доступ открыт', refused: 'В доступе отказано' };
