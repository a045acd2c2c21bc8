import { hashKey, MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError, UNAUTHORIZED } from '@/api/problem';
import { meQuery } from '@/shared/me';

/** Answers of the hub that another try does not change are shown at once. Without a session it leads to the log-in. */
export function makeQueryClient(leave: () => void = backToTheDoor): QueryClient {
  const leaveIfEnded = (error: Error) => {
    // A wrong password is a 401 too.
    if (error instanceof ApiError && error.type === UNAUTHORIZED) leave();
  };
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        // The profile is asked for at the door; anything else without a session means that it has ended.
        const isAtTheDoor = query.queryHash === hashKey(meQuery.queryKey) && query.state.data === undefined;
        if (!isAtTheDoor) leaveIfEnded(error);
      },
    }),
    mutationCache: new MutationCache({ onError: leaveIfEnded }),
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

/** Where nobody is signed in yet. */
const DOORS = ['/login', '/setup', '/password'];

function backToTheDoor(): void {
  if (DOORS.includes(location.pathname)) return;
  const next = encodeURIComponent(location.pathname + location.search);
  location.assign(`/login?reason=ended&next=${next}`);
}
