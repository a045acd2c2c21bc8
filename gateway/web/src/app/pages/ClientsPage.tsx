import { getRouteApi } from '@tanstack/react-router';
import { ClientList } from '@/features/clients/ClientList';

const route = getRouteApi('/frame/clients');

export default function ClientsPage() {
  return <ClientList search={route.useSearch()} />;
}
