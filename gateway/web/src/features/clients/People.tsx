import { Button, Group, Select, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type FormEvent, type ReactNode } from 'react';
import type { Schema } from '@/api/client';
import { ApiError } from '@/api/problem';
import { useFrozen } from '@/shared/changeRequests';
import { addressWords, peopleQuery, type Contact } from '@/shared/contacts';
import { dateTime } from '@/shared/format';
import { AskForChange, RequestDialog } from '@/shared/ui/AskForChange';
import { PhoneLink } from '@/shared/ui/PhoneLink';
import { Failed, FormFailure } from '@/shared/ui/States';
import { quoted } from '@/shared/words/quoted';
import { useAddAddress, useAddPerson } from './api';
import { Consents } from './Consents';
import classes from './ContextPane.module.css';

/** The people of a client with all their addresses, and why each address is theirs. */
export function People({ client, mayWrite }: { client: string; mayWrite: boolean }) {
  const people = useQuery(peopleQuery(client));
  const [adding, setAdding] = useState(false);
  if (people.isPending) return <Skeleton height={60} />;
  if (people.isError) return <Failed error={people.error} again={() => void people.refetch()} />;
  return (
    <>
      {people.data.items.length === 0 && <Text c="dimmed">Контактных лиц пока нет.</Text>}
      {people.data.items.map((person) => (
        <Person key={person.id} person={person} client={client} mayWrite={mayWrite} />
      ))}
      {mayWrite &&
        (adding ? (
          <NewPerson client={client} onDone={() => setAdding(false)} />
        ) : (
          <Button size="compact-sm" variant="subtle" px={0} leftSection={<IconPlus size={14} />} onClick={() => setAdding(true)}>
            Добавить человека
          </Button>
        ))}
    </>
  );
}

function Person({ person, client, mayWrite }: { person: Contact; client: string; mayWrite: boolean }) {
  const [adding, setAdding] = useState(false);
  const frozen = useFrozen() && mayWrite;
  const of = { client_id: client, contact_id: person.id };
  const hasGiven = person.identities.some((identity) => identity.kind !== 'opaque');
  const here = person.clients.find((company) => company.id === client);
  const others = person.clients.filter((company) => company.id !== client);
  return (
    <section className={classes.person} aria-label={person.name}>
      <Group gap={4} wrap="nowrap">
        <Text fw={600}>{person.name}</Text>
        {frozen && !person.automatic && <AskForChange size={22} frozen={{ field: 'contact.name', ...of, old_value: person.name }} />}
      </Group>
      {here?.post && <Text size="xs">{here.post}</Text>}
      {person.identities.map((identity) => (
        <IdentityLine
          key={identity.id}
          identity={identity}
          client={client}
          lock={
            frozen && identity.origin === 'person' ? (
              <AskForChange
                size={22}
                frozen={{ field: 'contact.address', ...of, identity_id: identity.id, old_value: identity.value }}
              />
            ) : undefined
          }
        />
      ))}
      {person.joined.map((part) => (
        <Text key={part.join_id} size="xs" c="dimmed">
          Здесь же {quoted(part.name)}: {part.joined_by ? `объединение: ${part.joined_by}` : `адреса связал ${channelOf(person)}`},{' '}
          {dateTime(part.joined_at)}
        </Text>
      ))}
      <Consents contact={person.id} mayWrite={mayWrite} />
      {others.map((company) => (
        <Text key={company.id} size="xs">
          Также в{' '}
          <Link to="/clients/$clientId" params={{ clientId: company.id }} className="link">
            {company.name}
          </Link>
        </Text>
      ))}
      {mayWrite &&
        (adding && frozen && hasGiven ? (
          <RequestDialog frozen={{ field: 'contact.address', ...of, old_value: null }} onClose={() => setAdding(false)} />
        ) : adding ? (
          <NewAddress client={client} contact={person.id} onDone={() => setAdding(false)} />
        ) : (
          <Button size="compact-xs" variant="subtle" px={0} onClick={() => setAdding(true)}>
            Добавить номер или почту
          </Button>
        ))}
    </section>
  );
}

/** The channel that knows a person by an id of its own, where it is one. */
function channelOf(person: Contact): string {
  const opaque = person.identities.filter((identity) => identity.kind === 'opaque');
  const channels = new Set(opaque.map(addressWords));
  return channels.size === 1 ? [...channels][0]! : 'канал связи';
}

function IdentityLine({ identity, client, lock }: { identity: Schema<'Identity'>; client: string; lock?: ReactNode }) {
  const why =
    identity.origin === 'event' ? 'пришёл с событием канала' : `вписал сотрудник${identity.entered ? `: ${quoted(identity.entered)}` : ''}`;
  return (
    <div className={classes.identity}>
      <Group gap={4} wrap="nowrap">
        {identity.kind === 'phone' ? (
          <PhoneLink value={identity.value} client={client} />
        ) : identity.kind === 'email' ? (
          <a href={`mailto:${identity.value}`} className="link">
            {identity.value}
          </a>
        ) : (
          <span className="numbers">
            {addressWords(identity)}
          </span>
        )}
        {lock}
      </Group>
      <Text size="xs" c="dimmed">
        {why}
      </Text>
    </div>
  );
}

function NewPerson({ client, onDone }: { client: string; onDone: () => void }) {
  const add = useAddPerson(client);
  const [name, setName] = useState('');
  const [post, setPost] = useState('');
  const [phone, setPhone] = useState('');
  const save = (event: FormEvent) => {
    event.preventDefault();
    const addresses = phone.trim() ? [{ kind: 'phone' as const, text: phone.trim() }] : [];
    add.mutate({ client_id: client, name: name.trim(), post: post.trim() || null, addresses }, { onSuccess: onDone });
  };
  return (
    <form onSubmit={save}>
      <Stack gap="xs" pt="xs">
        <TextInput label="Имя" required withAsterisk={false} autoFocus value={name} onChange={(e) => setName(e.currentTarget.value)} />
        <TextInput label="Должность" value={post} onChange={(e) => setPost(e.currentTarget.value)} />
        <TextInput label="Телефон" type="tel" value={phone} onChange={(e) => setPhone(e.currentTarget.value)} />
        <TakenOr error={add.error} />
        <Buttons pending={add.isPending} onCancel={onDone} />
      </Stack>
    </form>
  );
}

function NewAddress({ client, contact, onDone }: { client: string; contact: string; onDone: () => void }) {
  const add = useAddAddress(client);
  const [kind, setKind] = useState<'phone' | 'email'>('phone');
  const [text, setText] = useState('');
  const save = (event: FormEvent) => {
    event.preventDefault();
    add.mutate({ contact, body: { kind, text: text.trim() } }, { onSuccess: onDone });
  };
  return (
    <form onSubmit={save}>
      <Stack gap="xs" pt="xs">
        <Group gap="xs" wrap="nowrap" align="flex-end">
          <Select
            w={110}
            aria-label="Что добавить"
            allowDeselect={false}
            data={[
              { value: 'phone', label: 'Телефон' },
              { value: 'email', label: 'Почта' },
            ]}
            value={kind}
            onChange={(value) => setKind(value === 'email' ? 'email' : 'phone')}
          />
          <TextInput
            flex={1}
            aria-label={kind === 'phone' ? 'Номер' : 'Адрес почты'}
            required
            autoFocus
            value={text}
            onChange={(e) => setText(e.currentTarget.value)}
          />
        </Group>
        <TakenOr error={add.error} />
        <Buttons pending={add.isPending} onCancel={onDone} />
      </Stack>
    </form>
  );
}

/** A number that is known elsewhere says whose it is, as far as the viewer may know. */
function TakenOr({ error }: { error: unknown }) {
  if (!(error instanceof ApiError) || error.type !== 'taken') return <FormFailure error={error} />;
  const by = error.problem.by as { stub?: { name: string; responsible?: string | null } } | undefined;
  return (
    <Text size="sm" c="var(--bad)" role="alert">
      {error.message}
      {by?.stub && ` ${by.stub.name}, ответственный — ${by.stub.responsible ?? 'не назначен'}.`}
    </Text>
  );
}

function Buttons({ pending, onCancel }: { pending: boolean; onCancel: () => void }) {
  return (
    <Group gap="xs">
      <Button size="compact-md" type="submit" loading={pending}>
        Добавить
      </Button>
      <Button size="compact-md" variant="default" onClick={onCancel}>
        Отмена
      </Button>
    </Group>
  );
}
