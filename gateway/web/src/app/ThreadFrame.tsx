import { ActionIcon, Drawer, Tooltip } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { IconArrowLeft, IconLayoutSidebarRight } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { useSingleKeys } from '@/shared/keys';
import { useLayout } from '@/shared/useLayout';
import { PersonAvatar } from '@/shared/ui/PersonAvatar';
import classes from './ThreadFrame.module.css';

interface ThreadFrameProps {
  name: string;
  more?: ReactNode;
  channel?: string;
  /** What the manager must see without scrolling. */
  features?: string | null;
  back: () => void;
  /** `close` puts it away where it lies over the thread. */
  context: (close: () => void) => ReactNode;
  /** What stands beside the thread, in words. */
  about?: string;
  /** Beside the switch of the card, in its size. */
  actions?: (size: number) => ReactNode;
  /** Where one writes, under the thread. */
  composer?: ReactNode;
  /** The thread shows nothing yet: its words come first, and then what stands around them. */
  isBare?: boolean;
  children: ReactNode;
}

/** A thread with its head, and the client's card beside it or over it. */
export function ThreadFrame({ name, more, channel, features, back, context, about = 'Карточка клиента', actions, composer, isBare = false, children }: ThreadFrameProps) {
  const layout = useLayout();
  const [open, setOpen] = useLocalStorage({ key: 'uzel-context', defaultValue: true, getInitialValueInEffect: false });
  const [sheet, setSheet] = useState(false);
  const beside = layout === 'three';
  const toggle = () => (beside ? setOpen(!open) : setSheet(!sheet));
  useSingleKeys({ KeyP: toggle, Escape: back });
  const shown = beside ? open : sheet;
  return (
    <div className={classes.frame} data-context={(beside && open) || undefined}>
      <section className={classes.thread} aria-label={`Лента: ${name}`}>
        <header className={classes.head}>
          {layout === 'phone' && (
            <ActionIcon variant="subtle" color="gray" size={44} onClick={back} aria-label="Назад к списку">
              <IconArrowLeft size={22} />
            </ActionIcon>
          )}
          <PersonAvatar name={name} channel={channel} size={32} />
          <div className={classes.names}>
            <h1 className={`cut ${classes.name}`}>{name}</h1>
            {more && <div className={`cut ${classes.more}`}>{more}</div>}
          </div>
          {actions?.(layout === 'phone' ? 44 : 36)}
          <Tooltip label={`${about}: ${shown ? 'спрятать' : 'показать'} (P)`}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size={layout === 'phone' ? 44 : 36}
              onClick={toggle}
              aria-label={about}
              aria-pressed={shown}
            >
              <IconLayoutSidebarRight size={20} />
            </ActionIcon>
          </Tooltip>
        </header>
        {features && !(beside && open) && (
          <div className={classes.features}>
            <b>Особенности:</b> {features}
          </div>
        )}
        <div className={classes.body}>{children}</div>
        {isBare && composer ? <div className={classes.room} aria-busy="true" /> : composer}
      </section>
      {beside && open && <div className={classes.context}>{!isBare && context(() => undefined)}</div>}
      {!beside && (
        <Drawer opened={sheet} onClose={() => setSheet(false)} position="right" size={360} title={about} padding={0} classNames={{ header: classes.sheetHead }}>
          {context(() => setSheet(false))}
        </Drawer>
      )}
    </div>
  );
}
