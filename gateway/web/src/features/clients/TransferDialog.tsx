import { Button, Group, Modal, Select, Stack, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import type { ClientCard } from '@/shared/clients';
import { colleaguesQuery } from '@/shared/colleagues';
import { useCompanyZone } from '@/shared/companyZone';
import { lostBy } from '@/shared/handovers';
import { dayStart } from '@/shared/plan';
import { ReturnDay } from '@/shared/ui/ReturnDay';
import { ReturnsLost } from '@/shared/ui/ReturnsLost';
import { FormFailure } from '@/shared/ui/States';
import { quoted } from '@/shared/words/quoted';
import { useTransfer } from './api';

const NOBODY = 'nobody';

/** Gives a client to somebody else, for good or for a time; at once, also in tabs that are open. */
export default function TransferDialog({ card, onClose }: { card: ClientCard; onClose: () => void }) {
  const transfer = useTransfer(card.id);
  const zone = useCompanyZone();
  const { data: colleagues } = useQuery(colleaguesQuery);
  const [to, setTo] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const [day, setDay] = useState<string | null>(null);
  const lasting = card.handover && !card.handover.outcome ? [card.handover] : [];
  const mayReturn = !!card.responsible && to !== null && to !== NOBODY;
  const people = (colleagues ?? []).filter((person) => !person.disabled && person.id !== card.responsible?.id);
  const give = (event: FormEvent) => {
    event.preventDefault();
    if (!to) return;
    transfer.mutate(
      {
        responsible_id: to === NOBODY ? null : to,
        reason: reason.trim(),
        until: mayReturn && day ? dayStart(day, zone) : null,
      },
      {
        onSuccess: () => {
          notifications.show({ color: 'green', message: `${quoted(card.name)}: ответственный сменён` });
          onClose();
        },
      },
    );
  };
  return (
    <Modal opened onClose={onClose} title={`Передать ${quoted(card.name)}`}>
      <form onSubmit={give}>
        <Stack gap="sm">
          <ReturnsLost lost={lostBy(lasting, to, mayReturn && day !== null)} />
          <Select
            label="Кому"
            placeholder="Выберите сотрудника"
            required
            withAsterisk={false}
            searchable
            data={[
              ...people.map((person) => ({ value: person.id, label: person.post ? `${person.name}, ${person.post}` : person.name })),
              ...(card.responsible ? [{ value: NOBODY, label: 'В общую базу' }] : []),
            ]}
            value={to}
            onChange={setTo}
          />
          {mayReturn && <ReturnDay value={day} onChange={setDay} back={card.responsible?.name} />}
          <Textarea
            label="Почему"
            description="Останется в истории вместе с вашим именем."
            required
            withAsterisk={false}
            autosize
            minRows={2}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <FormFailure error={transfer.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Отмена
            </Button>
            <Button type="submit" loading={transfer.isPending} disabled={!to || reason.trim() === ''}>
              Передать
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
