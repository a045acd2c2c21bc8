import { Alert, Button, Drawer, Group, Select, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconLock } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type FormEvent, type ReactNode } from 'react';
import type { Schema } from '@/api/client';
import { ApiError } from '@/api/problem';
import { clientQuery, type ClientCard, type ClientStub } from '@/shared/clients';
import { useFrozen, type RequestField } from '@/shared/changeRequests';
import { useMe } from '@/shared/me';
import { AskForAccess } from '@/shared/ui/AskForAccess';
import { AskForChange, type Frozen } from '@/shared/ui/AskForChange';
import { innFault, kppFault, ogrnFault } from '@/shared/requisites';
import { FormFailure } from '@/shared/ui/States';
import { ZONES } from '@/shared/zones';
import { useAddFirstPerson, useCreateClient, useEditClient } from './api';
import { FIELD, STATUS } from '@/shared/words/client';

interface Fields {
  name: string;
  inn: string;
  kpp: string;
  ogrn: string;
  city: string;
  time_zone: string;
  features: string;
  status: string;
}

type Name = keyof Fields;
const FROZEN: Name[] = ['name', 'inn', 'kpp', 'ogrn'];
const NAMES: Name[] = ['name', 'inn', 'kpp', 'ogrn', 'city', 'time_zone', 'features', 'status'];

function fieldsOf(card?: ClientCard): Fields {
  return {
    name: card?.name ?? '',
    inn: card?.inn ?? '',
    kpp: card?.kpp ?? '',
    ogrn: card?.ogrn ?? '',
    city: card?.city ?? '',
    time_zone: card?.time_zone ?? '',
    features: card?.features ?? '',
    status: card?.status ?? 'common_base',
  };
}

interface ClientFormProps {
  /** The card to edit; nothing makes a new one. */
  card?: ClientCard;
  onClose: () => void;
  onDone: (id: string) => void;
}

/** A client made or edited, with checks while typing. */
export function ClientForm({ card, onClose, onDone }: ClientFormProps) {
  const me = useMe();
  const frozen = useFrozen();
  const create = useCreateClient();
  const edit = useEditClient(card?.id ?? '');
  const addPerson = useAddFirstPerson();
  const [fields, setFields] = useState(() => fieldsOf(card));
  const [phone, setPhone] = useState('');
  const [nameless, setNameless] = useState(false);
  const asked = card ? edit : create;
  const error = asked.error;
  const problemField = error instanceof ApiError ? error.field : undefined;
  const faults: Partial<Record<Name, string | null>> = {
    name: nameless && fields.name.trim() === '' ? 'Напишите, как называется клиент.' : null,
    inn: innFault(fields.inn),
    kpp: kppFault(fields.kpp),
    ogrn: ogrnFault(fields.ogrn),
  };
  const isTaken = error instanceof ApiError && error.type === 'taken';
  const isStale = error instanceof ApiError && error.type === 'stale-version';

  // What was given once is changed only by those who correct contacts; a name that an event gave may still be entered.
  const isFrozen = (name: Name) =>
    !!card && frozen && FROZEN.includes(name) && (name === 'name' ? card.name_is_chosen : fieldsOf(card)[name] !== '');
  const field = (name: Name) => ({
    label: FIELD[name],
    value: fields[name],
    disabled: isFrozen(name),
    rightSection: card && isFrozen(name) ? <AskForChange frozen={frozenField(card, name)} /> : undefined,
    error: faults[name] ?? (problemField === name && !isTaken ? error?.message : undefined),
    onChange: (event: { currentTarget: { value: string } }) => setFields({ ...fields, [name]: event.currentTarget.value }),
  });

  /** The card is there already: a number that does not fit is told of, and the card opens all the same. */
  const withPhone = async (made: ClientCard) => {
    const addresses = [{ kind: 'phone' as const, text: phone.trim() }];
    if (phone.trim() !== '') {
      await addPerson.mutateAsync({ client_id: made.id, name: made.name, addresses }).catch((error: Error) => {
        notifications.show({ color: 'red', title: 'Клиент создан, но номер не записан', message: error.message });
      });
    }
    onDone(made.id);
  };

  const save = (event: FormEvent) => {
    event.preventDefault();
    setNameless(fields.name.trim() === '');
    if (fields.name.trim() === '' || Object.values(faults).some(Boolean)) return;
    if (card) edit.mutate(changesOf(card, fields), { onSuccess: (saved) => onDone(saved.id) });
    else create.mutate(newOf(fields, me.id), { onSuccess: (made) => void withPhone(made) });
  };

  return (
    <Drawer opened onClose={onClose} position="right" size={520} title={card ? 'Правка клиента' : 'Новый клиент'}>
      <form onSubmit={save} noValidate>
        <Stack gap="sm">
          {card && FROZEN.some(isFrozen) && (
            <Alert color="gray" icon={<IconLock size={18} />}>
              Название и реквизиты заморожены после создания: их правит администратор или руководитель. Замок у поля открывает
              запрос на изменение.
            </Alert>
          )}
          <TextInput required withAsterisk={false} data-autofocus {...field('name')} />
          {!card && (
            <TextInput label="Телефон" type="tel" value={phone} onChange={(event) => setPhone(event.currentTarget.value)} />
          )}
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            <TextInput inputMode="numeric" {...field('inn')} />
            <TextInput {...field('kpp')} />
            <TextInput inputMode="numeric" {...field('ogrn')} />
            <TextInput {...field('city')} />
            <Select
              label={FIELD.time_zone}
              placeholder="Не указан"
              searchable
              clearable
              data={ZONES}
              value={fields.time_zone || null}
              onChange={(value) => setFields({ ...fields, time_zone: value ?? '' })}
            />
          </SimpleGrid>
          {card && card.status === 'common_base' && (
            <Select
              label={FIELD.status}
              description="«Клиент» — когда заключён первый договор; обратно не возвращается."
              allowDeselect={false}
              data={Object.entries(STATUS).map(([value, label]) => ({ value, label }))}
              value={fields.status}
              onChange={(value) => setFields({ ...fields, status: value ?? 'common_base' })}
            />
          )}
          <Textarea
            description="Как обращаться с этим клиентом. Наружу никогда не уходит."
            autosize
            minRows={3}
            maxRows={10}
            {...field('features')}
          />
          {isTaken && <Taken error={error} />}
          {isStale && (
            <Alert color="yellow" title="Карточку уже изменил кто-то другой">
              Ваш текст цел. Закройте форму, посмотрите новые значения и внесите правку снова.
            </Alert>
          )}
          {!isTaken && !isStale && !problemField && <FormFailure error={error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Отмена
            </Button>
            <Button type="submit" loading={asked.isPending || addPerson.isPending}>
              {card ? 'Сохранить' : 'Создать'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Drawer>
  );
}

/** An ИНН that exists: a way to the own card, or the stub of a foreign one. */
function Taken({ error }: { error: ApiError }) {
  const by = error.problem.by as { id?: string; stub?: ClientStub } | undefined;
  const card = useQuery({ ...clientQuery(by?.id ?? ''), enabled: by?.id !== undefined }).data;
  let more: ReactNode = null;
  if (by?.id) {
    more = (
      <Link to="/clients/$clientId" params={{ clientId: by.id }} className="link">
        {card ? `Открыть карточку: ${card.name}` : 'Открыть его карточку'}
      </Link>
    );
  } else if (by?.stub) {
    const { name, inn, responsible } = by.stub;
    more = (
      <Stack gap="xs" align="flex-start">
        {`${name}${inn ? `, ИНН ${inn}` : ''}. Ответственный — ${responsible ?? 'не назначен'}.`}
        <AskForAccess stub={by.stub} />
      </Stack>
    );
  }
  return (
    <Alert color="yellow" title={error.message} role="alert">
      {more}
    </Alert>
  );
}

function frozenField(card: ClientCard, name: Name): Frozen {
  return { field: `client.${name}` as RequestField, client_id: card.id, old_value: fieldsOf(card)[name] || null };
}

function newOf(fields: Fields, me: string): Schema<'NewClient'> {
  const given = Object.fromEntries(NAMES.filter((name) => name !== 'status' && fields[name].trim()).map((name) => [name, fields[name].trim()]));
  return { ...given, name: fields.name.trim(), responsible_id: me } as Schema<'NewClient'>;
}

function changesOf(card: ClientCard, fields: Fields): Schema<'ClientEdit'> {
  const before = fieldsOf(card);
  const changed = NAMES.filter((name) => fields[name].trim() !== before[name]);
  const values = Object.fromEntries(changed.map((name) => [name, fields[name].trim() || null]));
  return { ...values, version: card.version } as Schema<'ClientEdit'>;
}
