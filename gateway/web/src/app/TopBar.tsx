import { ActionIcon, Menu, Tooltip, useMantineColorScheme, VisuallyHidden } from '@mantine/core';
import { IconDeviceDesktop, IconLogout, IconMoon, IconSearch, IconSparkles, IconSun, IconUser } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useUnreadNews } from '@/features/news/useUnreadNews';
import { RatesLine } from '@/features/rates/RatesLine';
import { useMe } from '@/shared/me';
import { PersonAvatar } from '@/shared/ui/PersonAvatar';
import { ChannelLights } from './ChannelLights';
import classes from './TopBar.module.css';
import { useLeave } from './useLeave';

export function TopBar({ onSearch }: { onSearch: () => void }) {
  return (
    <header className={classes.bar}>
      <button type="button" className={classes.search} onClick={onSearch} aria-keyshortcuts="Control+K">
        <IconSearch size={16} aria-hidden="true" />
        <span className={classes.hint}>Поиск: имя, ИНН, номер</span>
        <kbd className={classes.kbd}>Ctrl K</kbd>
      </button>
      <div className={classes.right}>
        <RatesLine />
        <ChannelLights />
        <OwnMenu />
      </div>
    </header>
  );
}

const SCHEMES = [
  { value: 'light', name: 'Светлая тема', icon: IconSun },
  { value: 'dark', name: 'Тёмная тема', icon: IconMoon },
  { value: 'auto', name: 'Как в системе', icon: IconDeviceDesktop },
] as const;

function OwnMenu() {
  const me = useMe();
  const leave = useLeave();
  const { unread } = useUnreadNews();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Menu position="bottom-end" width={240}>
      <Tooltip label={me.name}>
        <Menu.Target>
          <ActionIcon variant="transparent" size={40} aria-label={`Моё меню: ${me.name}`}>
            <PersonAvatar name={me.name} size={32} />
            {unread && <span className={classes.dot} data-on="avatar" aria-hidden="true" />}
          </ActionIcon>
        </Menu.Target>
      </Tooltip>
      <Menu.Dropdown>
        <Menu.Label>
          {me.name}
          <br />
          {me.login}
        </Menu.Label>
        <Menu.Item leftSection={<IconUser size={16} />} component={Link} to="/settings/profile">
          Мой профиль
        </Menu.Item>
        <Menu.Item
          leftSection={<IconSparkles size={16} />}
          rightSection={unread && <span className={classes.dot} aria-hidden="true" />}
          component={Link}
          to="/settings/news"
        >
          Что нового
          {unread && <VisuallyHidden>, есть непрочитанное</VisuallyHidden>}
        </Menu.Item>
        <Menu.Divider />
        {SCHEMES.map((scheme) => (
          <Menu.Item
            key={scheme.value}
            leftSection={<scheme.icon size={16} />}
            onClick={() => setColorScheme(scheme.value)}
            aria-current={colorScheme === scheme.value || undefined}
            fw={colorScheme === scheme.value ? 600 : undefined}
          >
            {scheme.name}
            {colorScheme === scheme.value && <VisuallyHidden>, выбрана</VisuallyHidden>}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={leave}>
          Выйти
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
