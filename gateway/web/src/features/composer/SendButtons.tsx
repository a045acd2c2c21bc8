import { Button, Menu, Modal, Tooltip } from '@mantine/core';
import { IconArchive, IconCalendarClock, IconChevronDown, IconClock, IconClockPause, IconSend } from '@tabler/icons-react';
import { lazy, memo, Suspense, useState } from 'react';
import { tomorrowAtNine } from '@/shared/plan';
import { PlanTime } from '@/shared/ui/PlanTime';
import classes from './Composer.module.css';
import { PlanButton } from './PlanButton';

const PutOffDialog = lazy(() => import('@/shared/ui/PutOffDialog'));

/** When it goes, and what then becomes of the conversation: `null` closes it, a moment puts it off until then. */
export interface Press {
  plannedFor?: string;
  until?: string | null;
}

interface SendButtonsProps {
  maySend: boolean;
  zone?: string | null;
  /** When the client's window closes: nothing is planned for later. */
  openUntil?: string;
  onPress: (press?: Press) => void;
}

/** «Отправить», with closing or putting off behind it, and later. */
export const SendButtons = memo(function SendButtons({ maySend, zone, openUntil, onPress }: SendButtonsProps) {
  const [isPuttingOff, setPuttingOff] = useState(false);
  const [isPlanning, setPlanning] = useState(false);
  const plan = (plannedFor: string) => onPress({ plannedFor });
  return (
    <>
      <Button.Group>
        <Tooltip label="Enter — отправить, Shift+Enter — новая строка, Ctrl+Shift+Enter — отправить и закрыть">
          <Button onClick={() => onPress()} disabled={!maySend} px={14} rightSection={<IconSend size={16} />} aria-label="Отправить" aria-keyshortcuts="Enter">
            <span className={classes.word}>Отправить</span>
          </Button>
        </Tooltip>
        <Menu position="top-end">
          <Menu.Target>
            <Button disabled={!maySend} px={8} className={classes.more} aria-label="Отправить и закрыть или отложить">
              <IconChevronDown size={16} aria-hidden="true" />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item
              leftSection={<IconArchive size={16} />}
              rightSection={<span className={classes.keys}>Ctrl+Shift+Enter</span>}
              aria-keyshortcuts="Control+Shift+Enter"
              onClick={() => onPress({ until: null })}
            >
              Отправить и закрыть
            </Menu.Item>
            <Menu.Item leftSection={<IconClockPause size={16} />} onClick={() => onPress({ until: tomorrowAtNine(new Date()).toISOString() })}>
              Отправить и отложить до завтра, 9:00
            </Menu.Item>
            <Menu.Item leftSection={<IconCalendarClock size={16} />} onClick={() => setPuttingOff(true)}>
              Отправить и отложить…
            </Menu.Item>
            {/* Where the composer is narrow, the button for it has no room. */}
            <Menu.Item leftSection={<IconClock size={16} />} onClick={() => setPlanning(true)}>
              Отправить позже…
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </Button.Group>
      <Suspense>
        {isPuttingOff && <PutOffDialog action="Отправить и отложить" onClose={() => setPuttingOff(false)} onChoose={(until) => onPress({ until })} />}
      </Suspense>
      <Modal opened={isPlanning} onClose={() => setPlanning(false)} title="Отправить позже">
        <PlanTime
          zone={zone}
          openUntil={openUntil}
          action="Запланировать"
          disabled={!maySend}
          onChoose={(at) => {
            setPlanning(false);
            plan(at);
          }}
        />
      </Modal>
      <PlanButton zone={zone} openUntil={openUntil} disabled={!maySend} onPlan={plan} />
    </>
  );
});
