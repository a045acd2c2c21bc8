import { ActionIcon, Tooltip } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { IconChevronsLeft, IconChevronsRight } from '@tabler/icons-react';
import { Link, Outlet, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useAccessNotices } from '@/features/access/useAccessNotices';
import { useMentionNotices } from '@/features/rooms/useMentionNotices';
import { useTaskNotices } from '@/features/tasks/useTaskNotices';
import { Hints } from '@/shared/ui/Hints';
import { useLayout } from '@/shared/useLayout';
import { useMe } from '@/shared/me';
import { ConnectionStrip } from './ConnectionStrip';
import { EnrolFirst } from './EnrolFirst';
import classes from './Frame.module.css';
import { LiveProvider } from './LiveProvider';
import { useBrowserNotices } from './notices/useBrowserNotices';
import { RingCards } from './RingCards';
import { sections, type Section } from './sections';
import { TopBar } from './TopBar';
import { useKeys } from './useKeys';
import { useTypedAhead } from './useTypedAhead';

const CommandBar = lazy(() => import('./CommandBar'));
const KeyList = lazy(() => import('./KeyList'));

/** Every screen behind the log-in. */
export function Frame() {
  return (
    <EnrolFirst>
      <Around />
    </EnrolFirst>
  );
}

/** What stands around every screen: the rail, the top bar, the live feed, the keys. */
function Around() {
  const [searching, setSearching] = useState(false);
  const [listing, setListing] = useState(false);
  const stopSearching = () => setSearching(false);
  const ahead = useTypedAhead(searching, stopSearching);
  useKeys({ search: () => setSearching(true), list: () => setListing(true) });
  return (
    <LiveProvider>
      <div className={classes.frame}>
        <a href="#content" className={classes.skip}>
          К содержанию
        </a>
        <Rail />
        <TopBar onSearch={() => setSearching(true)} />
        <main id="content" className={classes.content} tabIndex={-1}>
          <ConnectionStrip />
          <div className={classes.screen}>
            <Outlet />
          </div>
        </main>
      </div>
      <RingCards />
      <Hints />
      <Notices />
      <Suspense>
        {searching && <CommandBar {...ahead} onClose={stopSearching} />}
        {listing && <KeyList onClose={() => setListing(false)} />}
      </Suspense>
    </LiveProvider>
  );
}

/** What is told wherever one is. */
function Notices() {
  const { roomId } = useParams({ strict: false });
  useMentionNotices(roomId);
  useBrowserNotices();
  useAccessNotices();
  useTaskNotices();
  return null;
}

function Rail() {
  const me = useMe();
  const [open, setOpen] = useLocalStorage({ key: 'uzel-rail-open', defaultValue: false, getInitialValueInEffect: false });
  const isPhone = useLayout() === 'phone';
  const wide = open && !isPhone;
  const { conversationId, clientId, roomId } = useParams({ strict: false });
  // On a phone a thread has the whole height: the way back is its arrow.
  if (isPhone && (conversationId ?? clientId ?? roomId)) return null;
  return (
    <nav className={classes.rail} data-wide={wide || undefined} aria-label="Разделы">
      {!isPhone && (
        <Link to="/dialogs" className={classes.brand} aria-label="Узел: к диалогам">
          <img src="/icon.svg" width={32} height={32} alt="" />
          {wide && <b>Узел</b>}
        </Link>
      )}
      {sections
        .filter((section) => section.may(me))
        .map((section) => (
          <RailItem key={section.to} section={section} isNamed={wide || isPhone} />
        ))}
      {!isPhone && (
        <ActionIcon
          className={classes.fold}
          variant="subtle"
          color="gray"
          size={36}
          onClick={() => setOpen(!open)}
          aria-expanded={wide}
          aria-label={wide ? 'Свернуть разделы' : 'Показать названия разделов'}
        >
          {wide ? <IconChevronsLeft size={18} /> : <IconChevronsRight size={18} />}
        </ActionIcon>
      )}
    </nav>
  );
}

/** Its name stands beside it where the pointer rests, and goes with a press: it would lie over what has been opened. */
export function RailItem({ section, isNamed }: { section: Section; isNamed: boolean }) {
  const [isPressed, setPressed] = useState(false);
  return (
    <Tooltip label={section.name} position="right" disabled={isNamed || isPressed}>
      <Link
        to={section.to}
        className={classes.item}
        activeProps={{ 'aria-current': 'page' }}
        onClick={() => setPressed(true)}
        onPointerLeave={() => setPressed(false)}
      >
        <section.icon size={22} stroke={1.7} aria-hidden="true" />
        <span className={isNamed ? classes.name : 'unseen'}>{section.name}</span>
        {section.badge && <section.badge />}
      </Link>
    </Tooltip>
  );
}
