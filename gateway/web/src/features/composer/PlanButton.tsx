import { ActionIcon, Popover, Tooltip } from '@mantine/core';
import { IconClock } from '@tabler/icons-react';
import { useState } from 'react';
import { PlanTime } from '@/shared/ui/PlanTime';

interface PlanButtonProps {
  zone?: string | null;
  disabled: boolean;
  onPlan: (at: string) => void;
}

/** «Отправить позже»: at a time of the client. */
export function PlanButton({ zone, disabled, onPlan }: PlanButtonProps) {
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} position="top-end" width={340} trapFocus withinPortal>
      <Popover.Target>
        <Tooltip label="Отправить позже" disabled={open}>
          <ActionIcon size={36} variant="subtle" color="gray" disabled={disabled} onClick={() => setOpen(!open)} aria-label="Отправить позже">
            <IconClock size={20} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown>
        <PlanTime
          zone={zone}
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
