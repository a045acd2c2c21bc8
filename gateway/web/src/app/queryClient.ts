import { QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from '@/api/problem';

/** Answers of the hub that another try does not change are shown at once. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        // The profile is asked for at the door; anything else without a session means that it has ended.
        if (error instanceof ApiError && error.problem.status === 401 && query.queryKey[0] !== 'me') backToTheDoor();
      },
    }),
    defaultOptions: {
      queries: {
        // The live feed says when something has changed; this is for what it does not speak of.
        staleTime: 30_000,
        retry: (failures, error) => error instanceof ApiError && error.isPassing && failures < 3,
        // Asking is what tells whether the hub can be reached: it may stand in the same room without the internet.
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  });
}

function backToTheDoor(): void {
  if (location.pathname === '/login') return;
  const next = encodeURIComponent(location.pathname + location.search);
  location.assign(`/login?reason=ended&next=${next}`);
}
