import { Loader, Modal, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconCurrencyDollar, IconLock, IconSearch, IconUser } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode, type Ref } from 'react';
import { api, unwrap, type Schema } from '@/api/client';
import type { ClientStub } from '@/shared/clients';
import { phone } from '@/shared/format';
import { useMe } from '@/shared/me';
import { StubDialog } from '@/shared/ui/Stub';
import classes from './CommandBar.module.css';
import { sections } from './sections';

interface Choice {
  key: string;
  icon: ReactNode;
  title: string;
  more?: string;
  run: () => void;
}

const SHORTEST = 2;

interface CommandBarProps {
  field: Ref<HTMLInputElement>;
  /** Some of it perhaps from before the bar was there. */
  typed: string;
  onTyped: (typed: string) => void;
  onClose: () => void;
}

/** People, clients and places from one field. */
export default function CommandBar({ field, typed, onTyped, onClose }: CommandBarProps) {
  const me = useMe();
  const navigate = useNavigate();
  const [text] = useDebouncedValue(typed.trim(), 150);
  const [chosen, setChosen] = useState(0);
  const [stub, setStub] = useState<ClientStub>();
  const list = useRef<HTMLDivElement>(null);
  const search = useQuery({
    queryKey: ['search', text],
    queryFn: ({ signal }) => unwrap(api.GET('/api/search', { params: { query: { text, limit: 12 } }, signal })),
    enabled: text.length >= SHORTEST && me.rights['clients.read'] !== undefined,
    placeholderData: keepPreviousData,
  });

  const go = (run: () => void) => () => {
    onClose();
    run();
  };
  const places: Choice[] = [
    ...sections
      .filter((section) => section.may(me))
      .map((section) => ({
        key: section.to,
        icon: <section.icon size={18} />,
        title: section.name,
        more: `G ${section.letter}`,
        run: go(() => void navigate({ to: section.to })),
      })),
    // Not in the rail: the way there is the line in the top bar.
    { key: '/rates', icon: <IconCurrencyDollar size={18} />, title: 'Курсы валют', run: go(() => void navigate({ to: '/rates' })) },
  ].filter((place) => place.title.toLowerCase().includes(typed.trim().toLowerCase()));
  const found = text.length >= SHORTEST ? search.data : undefined;
  const clients: Choice[] = (found?.clients ?? []).map((client) => ({
    key: client.id,
    icon: <IconUser size={18} />,
    title: client.name,
    more: detail(client),
    run: go(() => void navigate({ to: '/clients/$clientId', params: { clientId: client.id } })),
  }));
  const foreign: Choice[] = (found?.foreign ?? []).map((one, index) => ({
    key: `foreign-${index}`,
    icon: <IconLock size={18} />,
    title: one.name,
    more: [one.inn && `ИНН ${one.inn}`, one.responsible].filter(Boolean).join(' · '),
    run: () => setStub(one),
  }));
  const open = [...clients, ...places];
  const choices = [...open, ...foreign];
  const at = Math.min(chosen, Math.max(0, choices.length - 1));

  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [at]);

  const pressed = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setChosen(Math.min(at + 1, choices.length - 1));
    else if (event.key === 'ArrowUp') setChosen(Math.max(at - 1, 0));
    else if (event.key === 'Enter') choices[at]?.run();
    else return;
    event.preventDefault();
  };

  const shown = (some: Choice[], from: number) =>
    some.map((choice, index) => (
      <div
        key={choice.key}
        id={`command-${from + index}`}
        role="option"
        aria-selected={from + index === at}
        className={classes.choice}
        onMouseMove={() => setChosen(from + index)}
        onClick={choice.run}
      >
        <span className="soft">{choice.icon}</span>
        <span className="cut">{choice.title}</span>
        {choice.more && <span className={classes.more}>{choice.more}</span>}
      </div>
    ));
  if (stub) return <StubDialog stub={stub} onClose={onClose} />;
  return (
    <Modal
      opened
      onClose={onClose}
      withCloseButton={false}
      centered={false}
      yOffset="10vh"
      size="lg"
      padding={0}
      title={null}
      attributes={{ content: { 'aria-label': 'Поиск и команды' } }}
    >
      <TextInput
        ref={field}
        className={classes.field}
        size="lg"
        variant="unstyled"
        data-autofocus
        placeholder="Имя, ИНН, хвост номера или раздел"
        aria-label="Поиск и команды"
        role="combobox"
        aria-expanded
        aria-controls="command-choices"
        aria-activedescendant={choices[at] ? `command-${at}` : undefined}
        leftSection={search.isFetching ? <Loader size={18} /> : <IconSearch size={18} />}
        value={typed}
        onFocus={(event) => event.currentTarget.setSelectionRange(typed.length, typed.length)}
        onChange={(event) => {
          onTyped(event.currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={pressed}
      />
      <div ref={list} id="command-choices" role="listbox" aria-label="Найденное" className={classes.list}>
        {shown(open, 0)}
        {foreign.length > 0 && (
          <div role="group" aria-label="Чужие клиенты" className={classes.foreign}>
            <div className={classes.head}>Чужие клиенты</div>
            {shown(foreign, open.length)}
          </div>
        )}
      </div>
      <div className={classes.foot} role="status">
        {search.isError
          ? search.error.message
          : found && clients.length + foreign.length === 0
            ? `По запросу «${text}» никого нет. Проверьте ИНН или введите последние 4 цифры номера.`
            : text.length < SHORTEST
              ? 'Раскладка и алфавит не важны: «rjhgecjd», «korpusov» и «Корпусов» найдут одно.'
              : null}
      </div>
    </Modal>
  );
}

function detail(client: Schema<'FoundClient'>): string {
  const parts = [
    client.contact && client.contact.name !== client.name && client.contact.name,
    client.contact?.phone && phone(client.contact.phone),
    client.inn && `ИНН ${client.inn}`,
    client.city,
    client.responsible ?? 'общая база',
  ];
  return parts.filter(Boolean).join(' · ');
}
