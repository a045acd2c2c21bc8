import { ActionIcon, Button, Chip as ChipButton, NativeSelect, Popover } from '@mantine/core';
import { IconCalendarSearch, IconX } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { CHIPS, NO_CHOICE, PERIODS, wordsOf, type Chip, type Choice, type Period } from './filter';
import classes from './FilterBar.module.css';

const JumpToDate = lazy(() => import('./JumpToDate'));

interface FilterBarProps {
  choice: Choice;
  onChoice: (choice: Choice) => void;
  people: { id: string; name: string }[];
  contact?: string;
  onContact: (id: string | undefined) => void;
  onDate: (at: string) => void;
}

/** What of the timeline is shown; an active filter is said in words. */
export function FilterBar({ choice, onChoice, people, contact, onContact, onDate }: FilterBarProps) {
  const [picking, setPicking] = useState(false);
  const words = wordsOf(choice, people.find((person) => person.id === contact)?.name);
  return (
    <div className={classes.bar}>
      <div className={classes.chips} role="group" aria-label="Что показывать в ленте">
        {(Object.keys(CHIPS) as Chip[]).map((chip) => (
          <ChipButton
            key={chip}
            type="radio"
            name="timeline-rows"
            size="xs"
            checked={choice.chip === chip}
            onChange={() => onChoice({ ...choice, chip })}
          >
            {CHIPS[chip].name}
          </ChipButton>
        ))}
      </div>
      <NativeSelect
        size="xs"
        w={120}
        aria-label="За какой срок"
        data={(Object.keys(PERIODS) as Period[]).map((value) => ({ value, label: PERIODS[value].name }))}
        value={choice.period}
        onChange={(event) => onChoice({ ...choice, period: event.currentTarget.value as Period })}
      />
      {people.length > 1 && (
        <NativeSelect
          size="xs"
          w={150}
          aria-label="Контактное лицо"
          data={[{ value: '', label: 'Все люди' }, ...people.map((person) => ({ value: person.id, label: person.name }))]}
          value={contact ?? ''}
          onChange={(event) => onContact(event.currentTarget.value || undefined)}
        />
      )}
      <Popover opened={picking} onChange={setPicking} position="bottom-end" trapFocus>
        <Popover.Target>
          <ActionIcon
            variant="default"
            size={30}
            onClick={() => setPicking(!picking)}
            aria-label="Перейти к дате"
            data-hint="Перейти к дате"
          >
            <IconCalendarSearch size={18} />
          </ActionIcon>
        </Popover.Target>
        <Popover.Dropdown>
          <Suspense>
            {picking && (
              <JumpToDate
                onDate={(at) => {
                  setPicking(false);
                  onDate(at);
                }}
              />
            )}
          </Suspense>
        </Popover.Dropdown>
      </Popover>
      {words && (
        <div className={classes.active} role="status">
          {words}
          <Button
            size="compact-xs"
            variant="subtle"
            leftSection={<IconX size={12} />}
            onClick={() => {
              onChoice(NO_CHOICE);
              onContact(undefined);
            }}
          >
            Сбросить
          </Button>
        </div>
      )}
    </div>
  );
}
