import { ActionIcon, Badge, Button, Group, Menu, Select, Stack, Text, Title, Tooltip } from '@mantine/core';
import { IconArchive, IconArchiveOff, IconBrandTelegram, IconDots, IconDoorExit, IconPencil } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { colleaguesQuery } from '@/shared/colleagues';
import { useMe } from '@/shared/me';
import { PersonAvatar } from '@/shared/ui/PersonAvatar';
import { Failed, FormFailure, Loading } from '@/shared/ui/States';
import { membersQuery, useChangeRoom, usePutMember, useRemoveMember, type Room, type RoomMember } from './api';
import { RoomForm } from './RoomForm';
import classes from './RoomContext.module.css';

/** Beside a room: what it is, who is in it, and what may be done about that. */
export function RoomContext({ room, onLeft }: { room: Room; onLeft: () => void }) {
  const me = useMe();
  const [editing, setEditing] = useState(false);
  const change = useChangeRoom(room.id);
  const leave = useRemoveMember(room.id);
  return (
    <aside className={classes.pane} aria-label="О чате">
      <Stack gap="sm">
        <div>
          <Title order={2}>{room.name}</Title>
          <Text c="dimmed" size="sm">
            {room.access === 'open' ? 'Открытый: виден всем сотрудникам' : 'Закрытый: видят только участники'}
          </Text>
          {room.bridged && (
            <Text size="sm" className={classes.bridged}>
              <IconBrandTelegram size={16} aria-hidden="true" /> Связан с Telegram руководителя
            </Text>
          )}
          {room.client && (
            <Text size="sm">
              О клиенте:{' '}
              <Link to="/clients/$clientId" params={{ clientId: room.client.id }} className="link" style={{ textDecoration: 'underline' }}>
                {room.client.name}
              </Link>
            </Text>
          )}
        </div>
        <Group gap="xs">
          {room.can_manage && (
            <>
              <Button size="xs" variant="default" leftSection={<IconPencil size={16} />} onClick={() => setEditing(true)}>
                Изменить
              </Button>
              <Button
                size="xs"
                variant="default"
                loading={change.isPending}
                leftSection={room.archived_at ? <IconArchiveOff size={16} /> : <IconArchive size={16} />}
                onClick={() => change.mutate({ archived: room.archived_at === null })}
              >
                {room.archived_at ? 'Вернуть из архива' : 'В архив'}
              </Button>
            </>
          )}
          {room.role && (
            <Button
              size="xs"
              variant="default"
              loading={leave.isPending}
              leftSection={<IconDoorExit size={16} />}
              onClick={() => leave.mutate(me.id, { onSuccess: onLeft })}
            >
              Выйти
            </Button>
          )}
        </Group>
        <FormFailure error={change.error ?? leave.error} />
        <Members room={room} />
      </Stack>
      {editing && <RoomForm room={room} onClose={() => setEditing(false)} onDone={() => setEditing(false)} />}
    </aside>
  );
}

function Members({ room }: { room: Room }) {
  const members = useQuery(membersQuery(room.id));
  const put = usePutMember(room.id);
  const remove = useRemoveMember(room.id);
  if (members.isPending) return <Loading what="Участники загружаются" />;
  if (members.isError) return <Failed error={members.error} again={() => void members.refetch()} />;
  return (
    <section aria-label="Участники">
      <Title order={3} size="h5" mb={6}>
        Участники
      </Title>
      {room.can_manage && !room.archived_at && (
        <NewMember members={members.data} onPick={(user) => put.mutate({ user, role: 'member' })} />
      )}
      <FormFailure error={put.error ?? remove.error} />
      <ul className={classes.members}>
        {members.data.map((member) => (
          <li key={member.user_id} className={classes.member}>
            <PersonAvatar name={member.name} size={32} />
            <span className="cut">{member.name}</span>
            {member.role === 'owner' && (
              <Badge size="sm" variant="default">
                владелец
              </Badge>
            )}
            {member.disabled && <span className="soft">уволен</span>}
            {room.can_manage && (
              <Menu position="bottom-end">
                <Menu.Target>
                  <Tooltip label="Что сделать">
                    <ActionIcon variant="subtle" color="gray" aria-label={`Участник ${member.name}: действия`} ml="auto">
                      <IconDots size={16} />
                    </ActionIcon>
                  </Tooltip>
                </Menu.Target>
                <Menu.Dropdown>
                  <Menu.Item onClick={() => put.mutate({ user: member.user_id, role: member.role === 'owner' ? 'member' : 'owner' })}>
                    {member.role === 'owner' ? 'Сделать участником' : 'Сделать владельцем'}
                  </Menu.Item>
                  <Menu.Item color="red" onClick={() => remove.mutate(member.user_id)}>
                    Исключить
                  </Menu.Item>
                </Menu.Dropdown>
              </Menu>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function NewMember({ members, onPick }: { members: RoomMember[]; onPick: (user: string) => void }) {
  const people = useQuery(colleaguesQuery).data ?? [];
  const known = new Set(members.map((member) => member.user_id));
  return (
    <Select
      aria-label="Добавить участника"
      placeholder="Добавить участника"
      searchable
      nothingFoundMessage="Никого не нашлось"
      mb={8}
      data={people
        .filter((person) => !person.disabled && !known.has(person.id))
        .map((person) => ({ value: person.id, label: person.name }))}
      value={null}
      onChange={(user) => user && onPick(user)}
    />
  );
}
