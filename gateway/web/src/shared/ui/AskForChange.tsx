import { ActionIcon, Button, Group, Modal, Stack, Text, Textarea, TextInput, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconLock } from '@tabler/icons-react';
import { useState, type FormEvent } from 'react';
import { REQUEST_FIELD, useAskForChange, type NewChangeRequest } from '@/shared/changeRequests';
import { FormFailure } from './States';

/** What is asked for, but for the new value and the reason. */
export type Frozen = Pick<NewChangeRequest, 'field' | 'client_id' | 'contact_id' | 'identity_id' | 'old_value'>;

/** The lock at a frozen field: it opens «Запрос на изменение». */
export function AskForChange({ frozen, size = 28 }: { frozen: Frozen; size?: number }) {
  const [asking, setAsking] = useState(false);
  const name = `Запрос на изменение: ${frozen.old_value ?? REQUEST_FIELD[frozen.field]}`;
  return (
    <>
      <Tooltip label="Поле заморожено: попросить изменить">
        <ActionIcon variant="subtle" color="gray" size={size} aria-label={name} onClick={() => setAsking(true)}>
          <IconLock size={16} />
        </ActionIcon>
      </Tooltip>
      {asking && <RequestDialog frozen={frozen} onClose={() => setAsking(false)} />}
    </>
  );
}

export function RequestDialog({ frozen, onClose }: { frozen: Frozen; onClose: () => void }) {
  const ask = useAskForChange();
  const [value, setValue] = useState(frozen.old_value ?? '');
  const [reason, setReason] = useState('');
  const mayBeEmpty = frozen.field === 'contact.address' && !!frozen.identity_id;
  const isSame = value.trim() === (frozen.old_value ?? '');
  const send = (event: FormEvent) => {
    event.preventDefault();
    // The form may stand inside of another one, on the screen not but in the tree of components.
    event.stopPropagation();
    ask.mutate(
      { ...frozen, new_value: value.trim() || null, reason: reason.trim() },
      {
        onSuccess: () => {
          notifications.show({ color: 'green', message: 'Запрос отправлен. Ответ появится в «Запросах на изменение».' });
          onClose();
        },
      },
    );
  };
  return (
    <Modal opened onClose={onClose} title="Запрос на изменение">
      <form onSubmit={send}>
        <Stack gap="sm">
          <Text size="sm">
            Данные клиента после создания правит администратор или руководитель. Напишите, что и почему изменить.
          </Text>
          <TextInput label="Сейчас" value={frozen.old_value ?? 'пусто'} readOnly variant="filled" />
          <TextInput
            label={`Должно быть: ${REQUEST_FIELD[frozen.field].toLowerCase()}`}
            description={mayBeEmpty ? 'Пусто — убрать совсем.' : undefined}
            data-autofocus
            required={!mayBeEmpty}
            withAsterisk={false}
            value={value}
            onChange={(event) => setValue(event.currentTarget.value)}
          />
          <Textarea
            label="Почему"
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
            <Button type="submit" loading={ask.isPending} disabled={isSame || reason.trim() === '' || (!mayBeEmpty && value.trim() === '')}>
              Отправить запрос
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
