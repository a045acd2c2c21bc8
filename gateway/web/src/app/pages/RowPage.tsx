import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Navigate } from '@tanstack/react-router';
import { entryOf } from '@/features/timeline/api';
import { contactQuery } from '@/shared/contacts';
import { Failed, Loading } from '@/shared/ui/States';

const route = getRouteApi('/frame/rows/$entryId');

/** A link to one row of a timeline: opens its client there. */
export default function RowPage() {
  const { entryId } = route.useParams();
  const entry = useQuery({ queryKey: ['interactions', entryId], queryFn: () => entryOf(entryId) });
  const own = entry.data?.pinned_client_id ?? entry.data?.client_id;
  const contact = useQuery({ ...contactQuery(entry.data?.contact?.id ?? ''), enabled: !!entry.data?.contact && !own });
  const error = entry.error ?? contact.error;
  if (error) return <Failed error={error} />;
  const client = own ?? contact.data?.clients[0]?.id;
  if (!client) return <Loading />;
  return <Navigate to="/clients/$clientId" params={{ clientId: client }} search={{ row: entryId }} replace />;
}
