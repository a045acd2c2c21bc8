import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState, type FormEvent } from 'react';
import { useAskForAccess } from '@/shared/access';
import type { ClientStub } from '@/shared/clients';
import { FormFailure } from './States';

interface AccessDialogProps {
  stub: ClientStub;
  clientId?: string;
  onClose: () => void;
}

/** Why a foreign client is needed; for how long is chosen by whoever opens it. */
export default function AccessDialog({ stub, clientId, onClose }: AccessDialogProps) {
  const ask = useAskForAccess();
  const [reason, setReason] = useState('');
  const send = (event: FormEvent) => {
    event.preventDefault();
    // The form may stand inside of another one, on the screen not but in the tree of components.
    event.stopPropagation();
    const named = clientId ? { client_id: clientId } : { name: stub.name, inn: stub.inn, responsible: stub.responsible };
    ask.mutate(
      { ...named, reason: reason.trim() },
      {
        onSuccess: () => {
          notifications.show({ color: 'green', message: 'Запрос отправлен. Когда доступ откроют, здесь появится сообщение с кнопкой «Открыть».' });
          onClose();
        },
      },
    );
  };
  return (
    <Modal opened onClose={onClose} title="Запросить доступ">
      <form onSubmit={send}>
        <Stack gap="sm">
          <Text size="sm">
            {stub.name}, ответственный — {stub.responsible ?? 'не назначен'}. Запрос увидят ответственный, РОП и руководитель: кто
            ответит первым, тот и решит, и на какой срок.
          </Text>
          <Textarea
            label="Зачем нужен доступ"
            description="Прочтёт тот, кто решает. Останется в журнале."
            data-autofocus
            required
            withAsterisk={false}
            autosize
            minRows={2}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <FormFailure error={ask.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Отмена
            </Button>
            <Button type="submit" loading={ask.isPending} disabled={reason.trim() === ''}>
              Отправить запрос
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
