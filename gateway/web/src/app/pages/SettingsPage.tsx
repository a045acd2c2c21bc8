import {
  IconBrandTelegram,
  IconClockPlay,
  IconHistory,
  IconKey,
  IconLockQuestion,
  IconListDetails,
  IconLock,
  IconMail,
  IconMoon,
  IconPlugConnected,
  IconShieldLock,
  IconSparkles,
  IconTextCaption,
  IconUser,
  IconUsers,
} from '@tabler/icons-react';
import { Link, Outlet, useLocation, useMatchRoute } from '@tanstack/react-router';
import { AccessBadge, RequestsBadge } from '@/features/requests/RequestsBadge';
import { useMe, type Right } from '@/shared/me';
import { Nothing } from '@/shared/ui/States';
import { useLayout } from '@/shared/useLayout';
import classes from './SettingsPage.module.css';

const ITEMS = [
  { to: '/settings/profile', name: 'Мой профиль', icon: IconUser, right: undefined },
  { to: '/settings/news', name: 'Что нового', icon: IconSparkles, right: undefined },
  { to: '/settings/phrases', name: 'Заготовки', icon: IconTextCaption, right: 'clients.read' },
  { to: '/settings/change-requests', name: 'Запросы на изменение', icon: IconLockQuestion, right: 'clients.read' },
  { to: '/settings/access', name: 'Доступ к клиентам', icon: IconKey, right: 'clients.read' },
  { to: '/settings/channels', name: 'Каналы', icon: IconPlugConnected, right: 'accounts.manage' },
  { to: '/settings/raw-events', name: 'Журнал событий канала', icon: IconListDetails, right: 'raw_log.read' },
  { to: '/settings/bridge', name: 'Мост в Telegram', icon: IconBrandTelegram, right: 'bridge.manage' },
  { to: '/settings/messaging', name: 'Правила рассылок', icon: IconMoon, right: 'messages.rules' },
  { to: '/settings/mails', name: 'Письма Узла', icon: IconMail, right: 'mails.manage' },
  { to: '/settings/users', name: 'Пользователи', icon: IconUsers, right: 'users.manage' },
  { to: '/settings/roles', name: 'Роли и права', icon: IconShieldLock, right: 'users.manage' },
  { to: '/settings/schedule', name: 'Что и когда выполняется', icon: IconClockPlay, right: 'schedule.manage' },
  { to: '/settings/audit', name: 'Журнал действий', icon: IconHistory, right: 'audit.read' },
] as const satisfies readonly { to: string; name: string; icon: unknown; right: Right | undefined }[];

type Item = (typeof ITEMS)[number];

/** Also for what lies under a screen, such as one channel. */
const isAt = (path: string, to: string) => path === to || path.startsWith(`${to}/`);

/** «Настройки»: what the person may set up, and beside it the screen. */
export default function SettingsPage() {
  const me = useMe();
  const matches = useMatchRoute();
  const isPhone = useLayout() === 'phone';
  const atHome = !!matches({ to: '/settings' });
  const may = (item: Item) => !item.right || me.rights[item.right] !== undefined;
  const path = useLocation({ select: ({ pathname }) => pathname });
  // A screen that would be refused is not begun: it would go on asking.
  const barred = ITEMS.find((item) => isAt(path, item.to) && !may(item));
  return (
    <div className={classes.settings} data-home={atHome || undefined}>
      {(!isPhone || atHome) && (
        <nav className={classes.menu} aria-label="Настройки">
          <h1 className={classes.title}>Настройки</h1>
          {ITEMS.filter(may).map((item) => (
            <Link key={item.to} to={item.to} className={classes.item} activeProps={{ 'aria-current': 'page' }}>
              <item.icon size={18} stroke={1.7} aria-hidden="true" />
              <span className="cut">{item.name}</span>
              {item.to === '/settings/change-requests' && <RequestsBadge />}
              {item.to === '/settings/access' && <AccessBadge />}
            </Link>
          ))}
        </nav>
      )}
      <div className={classes.screen}>
        {isPhone && !atHome && (
          <Link to="/settings" className={classes.back}>
            ← Настройки
          </Link>
        )}
        <div className={classes.outlet}>
          {barred ? (
            <Nothing icon={<IconLock size={32} />} title="Нет доступа">
              Для раздела «{barred.name}» у вас нет права. Права даёт администратор.
            </Nothing>
          ) : (
            <Outlet />
          )}
        </div>
      </div>
    </div>
  );
}
