import { getRouteApi } from '@tanstack/react-router';
import { LogIn } from '@/features/session/LogIn';

const route = getRouteApi('/login');

export default function LogInPage() {
  const { next, reason } = route.useSearch();
  return <LogIn next={next} reason={reason} />;
}
