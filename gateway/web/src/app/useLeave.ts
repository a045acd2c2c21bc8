import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useSignOut } from '@/features/session/api';

/** Signs out; nothing of this person stays in the browser's memory. */
export function useLeave(): () => void {
  const signOut = useSignOut();
  const cache = useQueryClient();
  const navigate = useNavigate();
  return () =>
    signOut.mutate(undefined, {
      onSuccess: () => {
        cache.clear();
        void navigate({ to: '/login', search: {} });
      },
    });
}
