import { ActionIcon, Popover, Tooltip } from '@mantine/core';
import { useWindowEvent } from '@mantine/hooks';
import { IconClock } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { rulesQuery } from '@/shared/quiet';
import { PlanTime } from '@/shared/ui/PlanTime';
import classes from './Composer.module.css';

interface PlanButtonProps {
  zone?: string | null;
  openUntil?: string;
  disabled: boolean;
  onPlan: (at: string) => void;
}

/** «Отправить позже»: at a time of the client. */
export function PlanButton({ zone, openUntil, disabled, onPlan }: PlanButtonProps) {
  const [open, setOpen] = useState(false);
  const rules = useQuery({ ...rulesQuery, enabled: open });
  // The library closes it only while the focus is inside.
  useWindowEvent('keydown', (event) => event.key === 'Escape' && setOpen(false));
  return (
    <Popover opened={open} onChange={setOpen} position="top-end" width={340} trapFocus withinPortal>
      <Popover.Target>
        <Tooltip label="Отправить позже" disabled={open}>
          <ActionIcon className={classes.plan} size={36} variant="subtle" color="gray" disabled={disabled} onClick={() => setOpen(!open)} aria-label="Отправить позже">
            <IconClock size={20} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown>
        <PlanTime
          zone={zone}
          openUntil={openUntil}
          quiet={rules.data}
          action="Запланировать"
          disabled={disabled}
          onChoose={(at) => {
            setOpen(false);
            onPlan(at);
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}
