import { Button, Group, Modal, MultiSelect, Radio, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { colleaguesQuery } from '@/shared/colleagues';
import { useMe, useRight } from '@/shared/me';
import { uuid } from '@/shared/uuid';
import { ClientPicker } from '@/shared/ui/ClientPicker';
import { FormFailure } from '@/shared/ui/States';
import { useChangeRoom, useCreateRoom, type Room } from './api';

interface RoomFormProps {
  /** The room to change; a new one without it. */
  room?: Room;
  onClose: () => void;
  onDone: (room: Room) => void;
}

/** Makes a room, or changes its name and who gets in. */
export function RoomForm({ room, onClose, onDone }: RoomFormProps) {
  const me = useMe();
  const readsClients = useRight('clients.read') !== undefined;
  const [id] = useState(uuid);
  const [name, setName] = useState(room?.name ?? '');
  const [access, setAccess] = useState<Room['access']>(room?.access ?? 'closed');
  const [members, setMembers] = useState<string[]>([]);
  const [client, setClient] = useState<{ id: string; name: string }>();
  const people = useQuery(colleaguesQuery).data ?? [];
  const create = useCreateRoom();
  const change = useChangeRoom(room?.id ?? id);
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (room) change.mutate({ name, access }, { onSuccess: onDone });
    else create.mutate({ id, name, access, members, client_id: client?.id ?? null }, { onSuccess: onDone });
  };
  return (
    <Modal opened onClose={onClose} title={room ? 'Изменить чат' : 'Новый чат'}>
      <form onSubmit={send}>
        <Stack gap="md">
          <TextInput
            label="Название"
            required
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            data-autofocus
          />
          <Radio.Group label="Кто видит" value={access} onChange={(value) => setAccess(value as Room['access'])}>
            <Stack gap={6} mt={6}>
              <Radio value="closed" label="Закрытый: только участники" />
              <Radio value="open" label="Открытый: все сотрудники, вступить может любой" />
            </Stack>
          </Radio.Group>
          {!room && (
            <MultiSelect
              label="Участники"
              placeholder={members.length === 0 ? 'Кого добавить сразу' : undefined}
              searchable
              nothingFoundMessage="Никого не нашлось"
              data={people
                .filter((person) => !person.disabled && person.id !== me.id)
                .map((person) => ({ value: person.id, label: person.name }))}
              value={members}
              onChange={setMembers}
            />
          )}
          {!room && readsClients && (
            <>
              <ClientPicker label={client ? `О клиенте: ${client.name}` : 'О клиенте (необязательно)'} onPick={setClient} />
              {client && (
                <Button variant="subtle" size="compact-sm" onClick={() => setClient(undefined)}>
                  Не связывать с клиентом
                </Button>
              )}
            </>
          )}
          <FormFailure error={room ? change.error : create.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Отмена
            </Button>
            <Button type="submit" loading={create.isPending || change.isPending} disabled={name.trim() === ''}>
              {room ? 'Сохранить' : 'Создать'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
