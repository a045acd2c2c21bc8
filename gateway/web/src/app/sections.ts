import { IconAddressBook, IconChecklist, IconMessageCircle, IconMessages, IconPhoneCall, IconSettings, type Icon } from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { RequestsRailBadge } from '@/features/requests/RequestsBadge';
import { RoomsBadge } from '@/features/rooms/RailBadge';
import { TasksBadge } from '@/features/tasks/RailBadge';
import type { Profile } from '@/shared/me';

export interface Section {
  name: string;
  to: '/dialogs' | '/calls' | '/clients' | '/rooms' | '/tasks' | '/settings';
  icon: Icon;
  /** After G, by the place of the key. */
  key: string;
  letter: string;
  may: (me: Profile) => boolean;
  /** What asks for attention there. */
  badge?: ComponentType;
}

const readsClients = (me: Profile) => me.rights['clients.read'] !== undefined;

/** The rail, from top to bottom. */
export const sections: Section[] = [
  { name: 'Диалоги', to: '/dialogs', icon: IconMessages, key: 'KeyD', letter: 'D', may: readsClients },
  { name: 'Звонки', to: '/calls', icon: IconPhoneCall, key: 'KeyO', letter: 'O', may: readsClients },
  { name: 'Клиенты', to: '/clients', icon: IconAddressBook, key: 'KeyC', letter: 'C', may: readsClients },
  {
    name: 'Чаты',
    to: '/rooms',
    icon: IconMessageCircle,
    key: 'KeyT',
    letter: 'T',
    may: (me) => me.rights['rooms.use'] !== undefined,
    badge: RoomsBadge,
  },
  {
    name: 'Задачи',
    to: '/tasks',
    icon: IconChecklist,
    key: 'KeyZ',
    letter: 'Z',
    may: (me) => me.rights['tasks.use'] !== undefined,
    badge: TasksBadge,
  },
  {
    name: 'Настройки',
    to: '/settings',
    icon: IconSettings,
    key: 'KeyS',
    letter: 'S',
    may: () => true,
    badge: RequestsRailBadge,
  },
];
