import { Loader, Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, unwrap } from '@/api/client';

interface ClientPickerProps {
  label: string;
  /** This one is not offered. */
  not?: string;
  onPick: (client: { id: string; name: string }) => void;
}

/** A client found by name, ИНН or number. */
export function ClientPicker({ label, not, onPick }: ClientPickerProps) {
  const [typed, setTyped] = useState('');
  const [text] = useDebouncedValue(typed.trim(), 200);
  const search = useQuery({
    queryKey: ['search', text, 'pick'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/search', { params: { query: { text, limit: 20 } }, signal })),
    enabled: text.length >= 2,
    placeholderData: keepPreviousData,
  });
  const clients = (search.data?.clients ?? []).filter((client) => client.id !== not);
  return (
    <Select
      label={label}
      placeholder="Название, ИНН или номер"
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      // The hub has decided what fits: by other layouts, numbers and people.
      filter={({ options }) => options}
      nothingFoundMessage={text.length < 2 ? 'Введите две буквы или больше' : 'Никого не нашлось'}
      rightSection={search.isFetching ? <Loader size={16} /> : undefined}
      data={clients.map((client) => ({
        value: client.id,
        label: [client.name, client.inn && `ИНН ${client.inn}`, client.city].filter(Boolean).join(' · '),
      }))}
      value={null}
      onChange={(id) => {
        const found = clients.find((client) => client.id === id);
        if (found) onPick({ id: found.id, name: found.name });
      }}
    />
  );
}
