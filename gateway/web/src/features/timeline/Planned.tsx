import { Modal, Textarea } from '@mantine/core';
import { useState } from 'react';
import { exactly } from '@/shared/format';
import { useRight } from '@/shared/me';
import { PlanTime } from '@/shared/ui/PlanTime';
import { useDeliveryAct, useReplan, type Entry } from './api';
import classes from './Row.module.css';

/** Stands in the timeline and has not been said yet. */
export function isPlanned(entry: Entry): boolean {
  return entry.delivery?.step === 'planned';
}

/** A message that waits for its time: changed, sent now or taken back until it begins. */
export function Planned({ entry, zone }: { entry: Entry; zone?: string | null }) {
  const act = useDeliveryAct();
  const [changing, setChanging] = useState(false);
  const mayAtNight = useRight('messages.at_night') !== undefined;
  const { id, due_at: at, held } = entry.delivery!;
  // The hub says «в очереди» of a provider's queue alone; here the row is meant and not stored yet, and knows no acts.
  const isStored = entry.state !== 'queued';
  return (
    <div className={classes.planned}>
      {held ?? `${isStored ? 'Запланировано:' : 'Планируем на'} ${at ? exactly(at, zone) : 'потом'}`}
      {isStored && (
        <span className={classes.acts}>
          {(!held || mayAtNight) && (
            <button type="button" className="plain link" onClick={() => act.mutate({ id, act: 'send-now' })}>
              Отправить сейчас
            </button>
          )}
          <button type="button" className="plain link" onClick={() => setChanging(true)}>
            Изменить
          </button>
          <button type="button" className="plain link" onClick={() => act.mutate({ id, act: 'cancel' })}>
            Отменить
          </button>
        </span>
      )}
      {act.isError && <div role="alert">{act.error.message}</div>}
      {changing && <Change entry={entry} zone={zone} onClose={() => setChanging(false)} />}
    </div>
  );
}

function Change({ entry, zone, onClose }: { entry: Entry; zone?: string | null; onClose: () => void }) {
  const replan = useReplan();
  const isText = !entry.content && entry.items.length === 0;
  const [text, setText] = useState(entry.text ?? '');
  const { id, due_at: at } = entry.delivery!;
  return (
    <Modal opened onClose={onClose} title="Запланированное сообщение">
      {isText && (
        <Textarea label="Текст" autosize minRows={2} maxRows={10} mb="md" value={text} onChange={(event) => setText(event.currentTarget.value)} />
      )}
      <PlanTime
        zone={zone}
        at={at}
        action="Сохранить"
        disabled={replan.isPending || (isText && text.trim() === '')}
        onChoose={(plannedFor) => replan.mutate({ id, plannedFor, text: isText ? text.trim() : undefined }, { onSuccess: onClose })}
      />
      {replan.isError && <p role="alert">{replan.error.message}</p>}
    </Modal>
  );
}
