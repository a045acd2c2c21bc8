import { getRouteApi } from '@tanstack/react-router';
import { NewChannel } from '@/features/channels/NewChannel';

const route = getRouteApi('/frame/settings/channels/new');

export default function NewChannelPage() {
  const { connector, first } = route.useSearch();
  return <NewChannel connector={connector} first={first} />;
}
