import { Alert, Button, Group, Menu, Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconCalendarDue, IconChevronDown } from '@tabler/icons-react';
import { useState, type FormEvent } from 'react';
import { useCompanyZone } from '@/shared/companyZone';
import { date } from '@/shared/format';
import { dayAhead, dayStart } from '@/shared/plan';
import { DayField } from '@/shared/ui/DayField';
import { midnight } from '@/shared/ui/ReturnDay';
import { FormFailure } from '@/shared/ui/States';
import classes from './ContextPane.module.css';
import { useChangeHandover, type Handover } from './handovers';
import { notReturned } from './handoverWords';

/** Whose the client is for a time, until when, and whose then; or why it did not go back. */
export default function HandoverStrip({ handover }: { handover: Handover }) {
  const change = useChangeHandover(handover);
  const zone = useCompanyZone();
  const [asking, setAsking] = useState(false);
  if (handover.outcome) {
    return (
      <Alert color="yellow" p="xs" role="status">
        {notReturned(handover, zone)}
      </Alert>
    );
  }
  const act = (what: 'return' | 'keep', message: string) =>
    change.mutate(what, { onSuccess: () => notifications.show({ color: 'green', message }) });
  return (
    <>
      <Group gap={6} wrap="nowrap" align="flex-start">
        <IconCalendarDue size={16} aria-hidden="true" style={{ flex: 'none', marginTop: 2 }} />
        <Text size="sm">
          До <span className="numbers">{date(handover.ends_at, zone)}</span>, затем {handover.from.name}. {handover.reason}
        </Text>
      </Group>
      {handover.may_change && (
        <Menu position="bottom-start">
          <Menu.Target>
            <Button
              size="compact-sm"
              variant="default"
              className={classes.act}
              style={{ alignSelf: 'flex-start' }}
              rightSection={<IconChevronDown size={14} />}
              loading={change.isPending}
            >
              Срок передачи
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => setAsking(true)}>Другой день…</Menu.Item>
            <Menu.Item onClick={() => act('return', `Клиент вернулся: ${handover.from.name}`)}>Вернуть сейчас</Menu.Item>
            <Menu.Item onClick={() => act('keep', `Клиент остаётся: ${handover.to.name}`)}>Оставить насовсем</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      {!asking && <FormFailure error={change.error} />}
      {asking && <OtherDay handover={handover} onClose={() => setAsking(false)} />}
    </>
  );
}

function OtherDay({ handover, onClose }: { handover: Handover; onClose: () => void }) {
  const change = useChangeHandover(handover);
  const zone = useCompanyZone();
  const [day, setDay] = useState<string | null>(null);
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (day) change.mutate({ until: dayStart(day, zone) }, { onSuccess: onClose });
  };
  return (
    <Modal opened onClose={onClose} title="Когда вернуть">
      <form onSubmit={save}>
        <Stack gap="sm">
          <DayField
            label="Новый день"
            description={`Сейчас: ${date(handover.ends_at, zone)}. В выбранный день в ${midnight(zone)} клиент вернётся: ${handover.from.name}.`}
            placeholder="ДД.ММ.ГГГГ"
            data-autofocus
            minDate={dayAhead(1, Date.now(), zone)}
            value={day}
            onChange={setDay}
          />
          <FormFailure error={change.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Отмена
            </Button>
            <Button type="submit" loading={change.isPending} disabled={!day}>
              Сохранить
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
