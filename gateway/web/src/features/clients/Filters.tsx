import { ActionIcon, Button, Group, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { colleaguesQuery } from '@/shared/colleagues';
import { useMe } from '@/shared/me';
import classes from './ClientList.module.css';
import { SORTS, type ClientsSearch } from './search';
import { MARK, STATUS } from '@/shared/words/client';
import { ORDER } from './texts';

const YES_NO = (yes: string, no: string) => [
  { value: 'yes', label: yes },
  { value: 'no', label: no },
];

/** What of the clients is wanted; all of it stands in the address. */
export function Filters({ search, go }: { search: ClientsSearch; go: (next: Partial<ClientsSearch>) => void }) {
  const me = useMe();
  const { data: colleagues } = useQuery(colleaguesQuery);
  const [typed, setTyped] = useState(search.text ?? '');
  const later = useDebouncedCallback((text: string) => go({ text: text.trim().length >= 2 ? text.trim() : undefined }), 250);
  const seesAll = me.rights['clients.read'] === 'all';
  const people = [
    { value: me.id, label: 'Мои' },
    { value: 'none', label: 'Общая база' },
    ...(seesAll
      ? (colleagues ?? [])
          .filter((person) => person.id !== me.id && !person.disabled)
          .map((person) => ({ value: person.id, label: person.name }))
      : []),
  ];
  const searching = search.text !== undefined;
  const isActive = Object.entries(search).some(([name, value]) => name !== 'sort' && value !== undefined);
  return (
    <Group gap="xs" role="search">
      <TextInput
        className={classes.search}
        leftSection={<IconSearch size={16} />}
        placeholder="Название, ИНН, номер, имя"
        aria-label="Поиск клиентов"
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          later(event.currentTarget.value);
        }}
        rightSection={
          typed && (
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label="Очистить поиск"
              onClick={() => {
                setTyped('');
                go({ text: undefined });
              }}
            >
              <IconX size={16} />
            </ActionIcon>
          )
        }
      />
      {!searching && (
        <>
          <Pick
            label="Ответственный"
            value={search.responsible}
            data={people}
            onPick={(responsible) => go({ responsible })}
          />
          <Pick
            label="Статус"
            value={search.status}
            data={Object.entries(STATUS).map(([value, label]) => ({ value, label }))}
            onPick={(status) => go({ status: status as ClientsSearch['status'] })}
          />
          <Pick
            label="Договор"
            value={search.contract}
            data={[
              ...Object.entries(MARK).map(([value, label]) => ({ value, label })),
              { value: 'none', label: 'Договор не указан' },
            ]}
            onPick={(contract) => go({ contract: contract as ClientsSearch['contract'] })}
          />
          <Pick
            label="ИНН"
            value={search.inn}
            data={YES_NO('С ИНН', 'Без ИНН')}
            onPick={(inn) => go({ inn: inn as ClientsSearch['inn'] })}
          />
          <Pick
            label="Кто завёл"
            value={search.automatic}
            data={YES_NO('Из обращений', 'Заполнены')}
            onPick={(automatic) => go({ automatic: automatic as ClientsSearch['automatic'] })}
          />
          <Select
            w={220}
            aria-label="Порядок"
            allowDeselect={false}
            data={SORTS.map((value) => ({ value, label: ORDER[value] }))}
            value={search.sort ?? 'name'}
            onChange={(sort) => go({ sort: sort === 'name' ? undefined : (sort as ClientsSearch['sort']) })}
          />
        </>
      )}
      {isActive && (
        <Button
          variant="subtle"
          onClick={() => {
            setTyped('');
            go({ text: undefined, responsible: undefined, status: undefined, contract: undefined, inn: undefined, automatic: undefined, city: undefined });
          }}
        >
          Сбросить
        </Button>
      )}
    </Group>
  );
}

interface PickProps {
  label: string;
  value?: string;
  data: { value: string; label: string }[];
  onPick: (value: string | undefined) => void;
}

function Pick({ label, value, data, onPick }: PickProps) {
  return (
    <Select
      w={label === 'Ответственный' ? 170 : 140}
      aria-label={label}
      placeholder={label}
      clearable
      clearButtonProps={{ 'aria-label': `${label}: любой` }}
      searchable={data.length > 8}
      data={data}
      value={value ?? null}
      onChange={(picked) => onPick(picked ?? undefined)}
    />
  );
}
