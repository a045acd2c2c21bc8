import { Button, Group, Modal, Select, Stack, Text, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { colleaguesQuery } from '@/shared/colleagues';
import { useCompanyZone } from '@/shared/companyZone';
import { dayStart } from '@/shared/plan';
import { lastingQuery, lostBy } from '@/shared/handovers';
import { plural } from '@/shared/plural';
import { ReturnDay } from '@/shared/ui/ReturnDay';
import { ReturnsLost } from '@/shared/ui/ReturnsLost';
import { FormFailure } from '@/shared/ui/States';
import { useAssign, type Conversation } from './api';

/** Gives the clients of the chosen conversations to one colleague. */
export default function AssignDialog({ picked, onClose, onDone }: { picked: Conversation[]; onClose: () => void; onDone: () => void }) {
  const assign = useAssign();
  const zone = useCompanyZone();
  const { data: colleagues } = useQuery(colleaguesQuery);
  const [to, setTo] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const [day, setDay] = useState<string | null>(null);
  const clients = [...new Map(picked.flatMap((row) => row.clients).map((client) => [client.id, client.name])).keys()];
  const lasting = useQuery(lastingQuery(clients));
  const give = (event: FormEvent) => {
    event.preventDefault();
    if (!to) return;
    assign.mutate(
      { clients, to, reason: reason.trim(), until: day && dayStart(day, zone) },
      {
        onSuccess: (stayed) => {
          const given = clients.length - stayed;
          notifications.show({
            color: stayed ? 'yellow' : 'green',
            message: `${plural(given, 'клиент передан', 'клиента передано', 'клиентов передано')}${
              stayed ? `. Без ответственного и потому не переданы на время: ${stayed}` : ''
            }`,
          });
          onDone();
        },
      },
    );
  };
  return (
    <Modal opened onClose={onClose} title="Назначить ответственного">
      <form onSubmit={give}>
        <Stack gap="sm">
          <Text>Выбрано: {plural(clients.length, 'клиент', 'клиента', 'клиентов')}. Все их диалоги перейдут вместе с ними.</Text>
          {lasting.isError ? (
            <Text size="sm" c="var(--late)" role="status">
              Не удалось узнать, нет ли среди них переданных на время: их возврат отменится.
            </Text>
          ) : (
            <ReturnsLost lost={lostBy(lasting.data ?? [], to, day !== null)} />
          )}
          <Select
            label="Кому"
            placeholder="Выберите сотрудника"
            required
            withAsterisk={false}
            searchable
            data={(colleagues ?? []).filter((person) => !person.disabled).map((person) => ({ value: person.id, label: person.name }))}
            value={to}
            onChange={setTo}
          />
          <ReturnDay value={day} onChange={setDay} />
          <Textarea
            label="Почему"
            description="Останется в истории каждого клиента вместе с вашим именем."
            required
            withAsterisk={false}
            autosize
            minRows={2}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <FormFailure error={assign.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Отмена
            </Button>
            <Button type="submit" loading={assign.isPending} disabled={!to || reason.trim() === '' || lasting.isPending}>
              Назначить
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
