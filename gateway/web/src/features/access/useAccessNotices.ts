import { useNavigate } from '@tanstack/react-router';
import { accessRequest, type AccessRequest } from '@/shared/access';
import { useLiveMessages } from '@/shared/live/context';
import { useMe } from '@/shared/me';
import { strip } from '@/shared/ui/strip';

const STAYS_MS = 12_000;

/** Tells an author what came of his request, and those who decide that there is one; its button leads there. */
export function useAccessNotices(): void {
  const me = useMe();
  const navigate = useNavigate();
  const toRequest = (hash: string) => void navigate({ to: '/settings/access', hash });
  const tell = (request: AccessRequest) => {
    const own = request.author.id === me.id;
    const title = own ? ENDED[request.state] : request.state === 'open' && `${request.author.name} просит доступ`;
    if (!title) return;
    const card = own ? request.client_id : null;
    strip({
      id: `access-${request.id}`,
      title,
      words: request.comment ? `${request.client.name}. Причина: ${request.comment}` : request.client.name,
      color: request.state === 'granted' ? 'green' : undefined,
      staysMs: STAYS_MS,
      button: card
        ? { name: 'Открыть', press: () => void navigate({ to: '/clients/$clientId', params: { clientId: card } }) }
        : { name: own ? 'К запросу' : 'Решить', press: () => toRequest(request.id) },
    });
  };
  useLiveMessages((message) => {
    if (message.event === 'access_request') accessRequest(message.request_id).then(tell, () => undefined);
  });
}

const ENDED: Partial<Record<AccessRequest['state'], string>> = { granted: 'Доступ открыт', refused: 'В доступе отказано' };
