import { Loader, Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, unwrap } from '@/api/client';
import { useMarks } from '../cardMarks';

interface ClientPickerProps {
  label: string;
  /** It is asked for by a press just now: it takes the focus. */
  autoFocus?: boolean;
  /** This one is not offered. */
  not?: string;
  onPick: (client: { id: string; name: string }) => void;
}

/** A client found by name, ИНН or number. */
export function ClientPicker({ label, autoFocus, not, onPick }: ClientPickerProps) {
  const [typed, setTyped] = useState('');
  const [text] = useDebouncedValue(typed.trim(), 200);
  const search = useQuery({
    queryKey: ['search', text, 'pick'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/search', { params: { query: { text, limit: 20 } }, signal })),
    enabled: text.length >= 2,
    placeholderData: keepPreviousData,
  });
  const found = search.data?.clients ?? [];
  const clients = found.filter((client) => client.id !== not);
  // Namesakes are told apart, also from the one that is not offered.
  const hasNamesake = (name: string) => found.filter((client) => client.name === name).length > 1;
  const marks = useMarks('client', clients.filter((client) => hasNamesake(client.name)).map((client) => client.id));
  return (
    <Select
      label={label}
      autoFocus={autoFocus}
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
        label: [client.name, client.inn && `ИНН ${client.inn}`, client.city, marks.get(client.id)?.words].filter(Boolean).join(' · '),
      }))}
      value={null}
      onChange={(id) => {
        const picked = clients.find((client) => client.id === id);
        if (picked) onPick({ id: picked.id, name: picked.name });
      }}
    />
  );
}
