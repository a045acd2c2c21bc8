import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, unwrap, type Schema } from '@/api/client';
import { consentsQuery } from '@/shared/contacts';
import { useDeed } from '@/shared/deed';
import { dateTime } from '@/shared/format';
import { FormFailure } from '@/shared/ui/States';
import { CONSENT_KINDS, CONSENT_STATES } from '@/shared/words/consent';
import { consentWords, wordOfConsent } from './consentWords';

/** «Согласия»: what is in force, every word before, and a form for what the client said elsewhere. */
export function Consents({ contact, mayWrite }: { contact: string; mayWrite: boolean }) {
  const [open, setOpen] = useState(false);
  const [writing, setWriting] = useState(false);
  const consents = useQuery(consentsQuery(contact));
  if (!consents.data) return null;
  const { in_force, history } = consents.data;
  return (
    <div>
      {in_force.map((view) => (
        <Text key={view.kind} size="xs" c={view.state === 'withdrawn' ? 'var(--bad)' : undefined}>
          {consentWords(view)}
        </Text>
      ))}
      <Group gap="sm">
        {history.length > 0 && (
          <Button size="compact-xs" variant="subtle" px={0} aria-expanded={open} onClick={() => setOpen(!open)}>
            История согласий
          </Button>
        )}
        {mayWrite && !writing && (
          <Button size="compact-xs" variant="subtle" px={0} onClick={() => setWriting(true)}>
            Изменить согласие
          </Button>
        )}
      </Group>
      {open && (
        <ul aria-label="История согласий" style={{ margin: 0, paddingLeft: 16 }}>
          {history.map((entry) => (
            <li key={entry.id}>
              <Text size="xs" component="span">
                {dateTime(entry.at)} — {wordOfConsent(entry)}
              </Text>
            </li>
          ))}
        </ul>
      )}
      {writing && <ConsentForm contact={contact} onDone={() => setWriting(false)} />}
    </div>
  );
}

function ConsentForm({ contact, onDone }: { contact: string; onDone: () => void }) {
  const cache = useQueryClient();
  const [kind, setKind] = useState<Schema<'ConsentKind'>>('advertising');
  const [state, setState] = useState<Schema<'ConsentState'>>('given');
  const [ground, setGround] = useState('');
  const write = useDeed({
    mutationFn: (body: Schema<'NewConsent'>) =>
      unwrap(api.POST('/api/contacts/{id}/consents', { params: { path: { id: contact } }, body })),
    onSuccess: (consents) => {
      cache.setQueryData(consentsQuery(contact).queryKey, consents);
      onDone();
    },
  });
  const save = (event: FormEvent) => {
    event.preventDefault();
    write.mutate({ kind, state, ground: ground.trim() });
  };
  return (
    <form onSubmit={save}>
      <Stack gap="xs" pt="xs">
        <Select
          label="О чём"
          allowDeselect={false}
          data={Object.entries(CONSENT_KINDS).map(([value, label]) => ({ value, label }))}
          value={kind}
          onChange={(value) => setKind(value === 'service' ? 'service' : 'advertising')}
        />
        <Select
          label="Согласие"
          allowDeselect={false}
          data={Object.entries(CONSENT_STATES).map(([value, label]) => ({ value, label }))}
          value={state}
          onChange={(value) => value && setState(value as Schema<'ConsentState'>)}
        />
        <TextInput
          label="Основание"
          placeholder="Сказал по телефону"
          required
          withAsterisk={false}
          value={ground}
          onChange={(event) => setGround(event.currentTarget.value)}
        />
        <FormFailure error={write.error} />
        <Group gap="xs">
          <Button size="compact-md" type="submit" loading={write.isPending}>
            Сохранить
          </Button>
          <Button size="compact-md" variant="default" onClick={onDone}>
            Отмена
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
