import { getRouteApi } from '@tanstack/react-router';
import { Channel } from '@/features/channels/Channel';

const route = getRouteApi('/frame/settings/channels/$accountId');

export default function ChannelPage() {
  const { accountId } = route.useParams();
  return <Channel key={accountId} accountId={accountId} />;
}
