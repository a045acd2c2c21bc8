import { Button, Group, Select, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { colleaguesQuery } from '@/shared/colleagues';
import { Failed, FormFailure } from '@/shared/ui/States';
import type { Account } from './api';
import { seatsOf, seatsQuery, useSeat } from './seats';

/** «Кто за каким добавочным»: without it nobody calls by a press, and a call does not know whose it is. */
export function Seats({ account }: { account: Account }) {
  const seated = useQuery(seatsQuery);
  const colleagues = useQuery(colleaguesQuery).data ?? [];
  const seat = useSeat(account.id);
  const [number, setNumber] = useState('');
  const [added, setAdded] = useState<string | null>(null);
  const people = (at?: { id: string; name: string }) => {
    const working = colleagues.filter((person) => !person.disabled).map((person) => ({ value: person.id, label: person.name }));
    return !at || working.some((person) => person.value === at.id) ? working : [{ value: at.id, label: at.name }, ...working];
  };
  const add = (event: FormEvent) => {
    event.preventDefault();
    seat.mutate(
      { number, user: added },
      {
        onSuccess: () => {
          setNumber('');
          setAdded(null);
          notifications.show({ color: 'green', message: `Добавочный ${number} закреплён` });
        },
      },
    );
  };
  const rows = seatsOf(account.id, (account.settings as Record<string, unknown>).extensions, seated.data ?? []);
  return (
    <section>
      <Title order={2} mb="xs">
        Кто за каким добавочным
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        Звонить из системы может тот, за кем закреплён добавочный: телефон сперва позвонит ему, затем клиенту.
      </Text>
      {seated.isPending ? (
        <Skeleton height={40} role="status" aria-label="Добавочные загружаются" />
      ) : seated.isError ? (
        <Failed error={seated.error} again={() => void seated.refetch()} />
      ) : (
        <Stack gap="sm">
          {rows.map((row) => (
            <Group key={row.number} gap="sm" wrap="nowrap">
              <Text w={96} fw={600} className="numbers" style={{ flex: 'none' }}>
                {row.number}
              </Text>
              <Select
                aria-label={`Кто за добавочным ${row.number}`}
                placeholder="Свободен"
                searchable
                clearable
                flex={1}
                data={people(row.user)}
                value={row.user?.id ?? null}
                disabled={seat.isPending}
                onChange={(user) => seat.mutate({ number: row.number, user })}
              />
            </Group>
          ))}
          <form onSubmit={add}>
            <Group gap="sm" align="flex-end">
              <TextInput
                w={96}
                label="Ещё один"
                placeholder="101"
                inputMode="numeric"
                autoComplete="off"
                value={number}
                onChange={(event) => setNumber(event.currentTarget.value.trim())}
              />
              <Select
                label="Сотрудник"
                placeholder="Выберите"
                searchable
                flex={1}
                miw={180}
                data={people()}
                value={added}
                onChange={setAdded}
              />
              <Button type="submit" variant="default" loading={seat.isPending} disabled={!/^\d+$/.test(number) || !added}>
                Закрепить
              </Button>
            </Group>
          </form>
          <FormFailure error={seat.error} />
        </Stack>
      )}
    </section>
  );
}
