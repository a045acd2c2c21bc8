import { Button } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import classes from './Composer.module.css';
import type { Permission } from './permission';

const WINDOW_CLOSED =
  'Окно WhatsApp закрыто: с последнего сообщения клиента прошло больше суток. Пока клиент не напишет сам, дойдёт только шаблон.';

const NEVER_WROTE = 'В WhatsApp клиент вам ещё не писал. Первым дойдёт только шаблон.';

/** Why nothing can be written here now, and what can be done instead. */
export function Locked({ permission, isFirst, onTemplate }: { permission?: Permission; isFirst: boolean; onTemplate: () => void }) {
  if (permission === undefined || permission.kind === 'open') return null;
  return (
    <div className={classes.locked} role="status">
      <IconLock size={16} aria-hidden="true" />
      <span>{permission.kind === 'templates' ? (isFirst ? NEVER_WROTE : WINDOW_CLOSED) : permission.reason}</span>
      {permission.kind === 'templates' && (
        <Button variant="default" size="compact-md" className={classes.choose} onClick={onTemplate}>
          Выбрать шаблон
        </Button>
      )}
    </div>
  );
}
