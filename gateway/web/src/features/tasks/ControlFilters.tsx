import { Button, Group, Select, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { colleaguesQuery } from '@/shared/colleagues';
import { elsewhere, useCompanyZone } from '@/shared/companyZone';
import { TASK_KINDS } from '@/shared/tasks';
import { DayField } from '@/shared/ui/DayField';
import { controlFilter } from './control';
import type { TasksSearch } from './search';
import classes from './Tasks.module.css';

interface ControlFiltersProps {
  search: TasksSearch;
  go: (next: TasksSearch) => void;
}

export const NO_FILTER: TasksSearch = {
  state: undefined,
  author: undefined,
  responsible: undefined,
  kind: undefined,
  from: undefined,
  until: undefined,
};

export const isFiltered = (search: TasksSearch) => Object.keys(NO_FILTER).some((name) => search[name as keyof TasksSearch] !== undefined);

/** By what the table of control is narrowed, and the same rows as a file. */
export function ControlFilters({ search, go }: ControlFiltersProps) {
  const people = (useQuery(colleaguesQuery).data ?? []).map((person) => ({ value: person.id, label: person.name }));
  const query = new URLSearchParams(Object.entries(controlFilter(search)).map(([name, value]) => [name, String(value)]));
  const place = elsewhere(useCompanyZone());
  const day = { w: 130, placeholder: 'любой день', clearable: true };
  return (
    <Group gap="xs" align="flex-end">
      <Select
        {...PERSON}
        label="Поставил"
        data={people}
        value={search.author ?? null}
        onChange={(author) => go({ author: author ?? undefined })}
      />
      <Select
        {...PERSON}
        label="Ответственный"
        data={people}
        value={search.responsible ?? null}
        onChange={(responsible) => go({ responsible: responsible ?? undefined })}
      />
      <Select
        w={130}
        label="Состояние"
        placeholder="Любое"
        clearable
        data={[
          { value: 'open', label: 'Открытые' },
          { value: 'closed', label: 'Закрытые' },
        ]}
        value={search.state ?? null}
        onChange={(state) => go({ state: state ?? undefined })}
      />
      <Select
        w={130}
        label="Вид"
        placeholder="Любой"
        clearable
        data={Object.entries(TASK_KINDS).map(([value, label]) => ({ value, label }))}
        value={search.kind ?? null}
        onChange={(kind) => go({ kind: (kind ?? undefined) as TasksSearch['kind'] })}
      />
      <DayField {...day} label="Поставлена с" value={search.from ?? null} onChange={(from) => go({ from: from ?? undefined })} />
      <DayField {...day} label="по" value={search.until ?? null} onChange={(until) => go({ until: until ?? undefined })} />
      {place && (
        <Text size="xs" className="soft" role="note" pb={8} maw={190}>
          Дни и сроки — по времени компании: {place}
        </Text>
      )}
      {isFiltered(search) && (
        <Button variant="subtle" onClick={() => go(NO_FILTER)}>
          Сбросить
        </Button>
      )}
      <Group gap="xs" className={classes.files}>
        {(['csv', 'xlsx'] as const).map((extension) => (
          <Button
            key={extension}
            component="a"
            variant="default"
            leftSection={<IconDownload size={16} />}
            href={`/api/tasks/export.${extension}?${query}`}
            download
            aria-label={`Скачать задачи: ${extension === 'csv' ? 'CSV' : 'Excel'}`}
          >
            {extension === 'csv' ? 'CSV' : 'Excel'}
          </Button>
        ))}
      </Group>
    </Group>
  );
}

const PERSON = { w: 180, placeholder: 'Все', clearable: true, searchable: true };
