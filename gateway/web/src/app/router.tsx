import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { ApiError } from '@/api/problem';
import { meQuery } from '@/shared/me';
import { Failed, Loading } from '@/shared/ui/States';
import { ConversationsSearch } from '@/features/conversations/search';
import { ClientsSearch } from '@/features/clients/search';
import { CallsSearch } from '@/features/calls/search';
import { MailsSearch } from '@/features/mails/search';
import { AuditSearch, UsersSearch } from '@/features/people/search';
import { PhrasesSearch } from '@/features/phrases/search';
import { RatesSearch } from '@/features/rates/search';
import { RawLogSearch } from '@/features/rawlog/search';
import { TasksSearch } from '@/features/tasks/search';
import { prefetchDialog } from './dialog';
import { Frame } from './Frame';
import { Missing } from './Missing';

interface Context {
  cache: QueryClient;
}

const root = createRootRouteWithContext<Context>()({ component: Outlet });

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (search: Record<string, unknown>): { next?: string; reason?: 'ended' | 'password' } => ({
    // Only a place of ours: an address of another site would lead a person away after the log-in.
    next: text(search.next)?.match(/^\/(?!\/)/) ? text(search.next) : undefined,
    reason: search.reason === 'ended' || search.reason === 'password' ? search.reason : undefined,
  }),
  component: lazyRouteComponent(() => import('./pages/LogInPage')),
});
const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(() => import('@/features/session/SetUp'), 'SetUp'),
});
const password = createRoute({
  getParentRoute: () => root,
  path: '/password',
  component: lazyRouteComponent(() => import('@/features/session/SetPassword'), 'SetPassword'),
});

/** Everything behind the log-in. */
const frame = createRoute({
  getParentRoute: () => root,
  id: 'frame',
  component: Frame,
  loader: async ({ context, location }) => {
    try {
      await context.cache.ensureQueryData(meQuery);
    } catch (error) {
      if (error instanceof ApiError && error.problem.status === 401) {
        throw redirect({ to: '/login', search: location.pathname === '/' ? {} : { next: location.href } });
      }
      throw error;
    }
  },
});

const home = createRoute({
  getParentRoute: () => frame,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/dialogs' });
  },
});
const dialogs = createRoute({
  getParentRoute: () => frame,
  path: '/dialogs',
  validateSearch: ConversationsSearch,
  component: lazyRouteComponent(() => import('./pages/DialogsPage')),
});
const dialog = createRoute({
  getParentRoute: () => dialogs,
  path: '$conversationId',
  // Also when the pointer comes near: nothing of it is waited for.
  loader: ({ context, params }) => prefetchDialog(context.cache, params.conversationId),
  component: lazyRouteComponent(() => import('./pages/DialogPage')),
});
const clients = createRoute({
  getParentRoute: () => frame,
  path: '/clients',
  validateSearch: ClientsSearch,
  component: lazyRouteComponent(() => import('./pages/ClientsPage')),
});
const similar = createRoute({
  getParentRoute: () => frame,
  path: '/clients/similar',
  component: lazyRouteComponent(() => import('@/features/joins/Similar'), 'Similar'),
});
const client = createRoute({
  getParentRoute: () => frame,
  path: '/clients/$clientId',
  validateSearch: (search: Record<string, unknown>): { row?: string } => ({ row: text(search.row) }),
  component: lazyRouteComponent(() => import('./pages/ClientPage')),
});
const row = createRoute({
  getParentRoute: () => frame,
  path: '/rows/$entryId',
  component: lazyRouteComponent(() => import('./pages/RowPage')),
});
const calls = createRoute({
  getParentRoute: () => frame,
  path: '/calls',
  validateSearch: CallsSearch,
  component: lazyRouteComponent(() => import('@/features/calls/Calls'), 'Calls'),
});
const rooms = createRoute({
  getParentRoute: () => frame,
  path: '/rooms',
  component: lazyRouteComponent(() => import('./pages/RoomsPage')),
});
const room = createRoute({
  getParentRoute: () => rooms,
  path: '$roomId',
  validateSearch: (search: Record<string, unknown>): { at?: number } => ({
    at: typeof search.at === 'number' && Number.isSafeInteger(search.at) ? search.at : undefined,
  }),
  component: lazyRouteComponent(() => import('./pages/RoomPage')),
});

const rates = createRoute({
  getParentRoute: () => frame,
  path: '/rates',
  validateSearch: RatesSearch,
  component: lazyRouteComponent(() => import('@/features/rates/Rates'), 'Rates'),
});

const tasks = createRoute({
  getParentRoute: () => frame,
  path: '/tasks',
  validateSearch: TasksSearch,
  component: lazyRouteComponent(() => import('@/features/tasks/Tasks'), 'Tasks'),
});

const settings = createRoute({
  getParentRoute: () => frame,
  path: '/settings',
  component: lazyRouteComponent(() => import('./pages/SettingsPage')),
});
const settingsHome = createRoute({
  getParentRoute: () => settings,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/SettingsHome')),
});
const profile = createRoute({
  getParentRoute: () => settings,
  path: 'profile',
  component: lazyRouteComponent(() => import('@/features/profile/ProfilePage'), 'ProfilePage'),
});
const news = createRoute({
  getParentRoute: () => settings,
  path: 'news',
  component: lazyRouteComponent(() => import('@/features/news/NewsPage'), 'NewsPage'),
});
const channels = createRoute({
  getParentRoute: () => settings,
  path: 'channels',
  component: lazyRouteComponent(() => import('@/features/channels/Channels'), 'Channels'),
});
const newChannel = createRoute({
  getParentRoute: () => settings,
  path: 'channels/new',
  validateSearch: (search: Record<string, unknown>): { connector?: string; first?: boolean } => ({
    connector: text(search.connector),
    first: search.first === true || undefined,
  }),
  component: lazyRouteComponent(() => import('./pages/NewChannelPage')),
});
const channel = createRoute({
  getParentRoute: () => settings,
  path: 'channels/$accountId',
  component: lazyRouteComponent(() => import('./pages/ChannelPage')),
});
const rawLog = createRoute({
  getParentRoute: () => settings,
  path: 'raw-events',
  validateSearch: RawLogSearch,
  component: lazyRouteComponent(() => import('@/features/rawlog/RawLog'), 'RawLog'),
});
const phrases = createRoute({
  getParentRoute: () => settings,
  path: 'phrases',
  validateSearch: PhrasesSearch,
  component: lazyRouteComponent(() => import('@/features/phrases/Phrases'), 'Phrases'),
});
const bridge = createRoute({
  getParentRoute: () => settings,
  path: 'bridge',
  component: lazyRouteComponent(() => import('@/features/bridge/BridgePage'), 'BridgePage'),
});
const messaging = createRoute({
  getParentRoute: () => settings,
  path: 'messaging',
  component: lazyRouteComponent(() => import('@/features/messaging/Messaging'), 'Messaging'),
});
const mails = createRoute({
  getParentRoute: () => settings,
  path: 'mails',
  validateSearch: MailsSearch,
  component: lazyRouteComponent(() => import('@/features/mails/Mails'), 'Mails'),
});
const changeRequests = createRoute({
  getParentRoute: () => settings,
  path: 'change-requests',
  component: lazyRouteComponent(() => import('@/features/requests/ChangeRequests'), 'ChangeRequests'),
});
const access = createRoute({
  getParentRoute: () => settings,
  path: 'access',
  component: lazyRouteComponent(() => import('@/features/access/AccessRequests'), 'AccessRequests'),
});
const users = createRoute({
  getParentRoute: () => settings,
  path: 'users',
  validateSearch: UsersSearch,
  component: lazyRouteComponent(() => import('@/features/people/Users'), 'Users'),
});
const eyes = createRoute({
  getParentRoute: () => settings,
  path: 'users/$userId/eyes',
  component: lazyRouteComponent(() => import('@/features/people/Eyes'), 'Eyes'),
});
const roles = createRoute({
  getParentRoute: () => settings,
  path: 'roles',
  component: lazyRouteComponent(() => import('@/features/people/Roles'), 'Roles'),
});
const schedule = createRoute({
  getParentRoute: () => settings,
  path: 'schedule',
  component: lazyRouteComponent(() => import('@/features/schedule/Schedule'), 'Schedule'),
});
const audit = createRoute({
  getParentRoute: () => settings,
  path: 'audit',
  validateSearch: AuditSearch,
  component: lazyRouteComponent(() => import('@/features/people/Audit'), 'Audit'),
});

const tree = root.addChildren([
  login,
  setup,
  password,
  frame.addChildren([
    home,
    dialogs.addChildren([dialog]),
    clients,
    similar,
    client,
    row,
    calls,
    rates,
    rooms.addChildren([room]),
    tasks,
    settings.addChildren([
      settingsHome,
      profile,
      news,
      phrases,
      channels,
      newChannel,
      channel,
      rawLog,
      bridge,
      changeRequests,
      access,
      users,
      eyes,
      roles,
      messaging,
      mails,
      schedule,
      audit,
    ]),
  ]),
]);

/** The routes; each screen behind them is loaded when it is opened. */
export function makeRouter(cache: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { cache },
    defaultPreload: 'intent',
    // The query cache decides what is old.
    defaultPreloadStaleTime: 0,
    defaultPendingComponent: Loading,
    defaultErrorComponent: ({ error, reset }) => <Failed error={error} again={reset} />,
    defaultNotFoundComponent: Missing,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
