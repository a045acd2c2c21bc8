import { Button } from '@mantine/core';
import { IconDevices } from '@tabler/icons-react';
import classes from './Composer.module.css';
import type { Draft } from './useDraft';
import { quoted } from '@/shared/words/quoted';

/** Two devices wrote different words: the person chooses, nothing is lost by itself. */
export function OtherDraft({ draft }: { draft: Draft }) {
  if (draft.other === undefined) return null;
  return (
    <div className={classes.other} role="alert">
      <IconDevices size={16} aria-hidden="true" />
      <span className="cut">На другом устройстве написано: {quoted(draft.other)}</span>
      <Button size="compact-xs" variant="default" onClick={draft.takeOther}>
        Взять его
      </Button>
      <Button size="compact-xs" variant="default" onClick={draft.keepOwn}>
        Оставить мой
      </Button>
    </div>
  );
}
