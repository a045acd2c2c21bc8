import { Button, Group, NumberInput, Skeleton, Stack, Switch, Text, TextInput, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { Failed, FormFailure } from '@/shared/ui/States';
import { digestQuery, mailCopyQuery, useSetDigest, useSetMailCopy, type Digest, type MailCopy } from './api';

/** What the bot does by itself: the morning's summary, and copies by mail while Telegram is away. */
export function Duty() {
  const digest = useQuery(digestQuery);
  const copy = useQuery(mailCopyQuery);
  return (
    <section>
      <Title order={2} mb="xs">
        Что бот делает сам
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        Команды /курсы, /день, /долги и /чаты (или /rates, /day, /debts, /chats) понимает и в личном чате, и в группе.
      </Text>
      <Stack gap="lg">
        {digest.isError ? (
          <Failed error={digest.error} again={() => void digest.refetch()} />
        ) : digest.data ? (
          <DigestForm key={JSON.stringify(digest.data)} digest={digest.data} />
        ) : (
          <Skeleton height={72} />
        )}
        {copy.isError ? (
          <Failed error={copy.error} again={() => void copy.refetch()} />
        ) : copy.data ? (
          <CopyForm key={JSON.stringify(copy.data)} copy={copy.data} />
        ) : (
          <Skeleton height={72} />
        )}
      </Stack>
    </section>
  );
}

const saved = { onSuccess: () => notifications.show({ color: 'green', message: 'Сохранено' }) };

function DigestForm({ digest }: { digest: Digest }) {
  const set = useSetDigest();
  const [at, setAt] = useState(digest.at);
  const save = (event: FormEvent) => {
    event.preventDefault();
    set.mutate({ enabled: digest.enabled, at }, saved);
  };
  return (
    <form onSubmit={save}>
      <Switch
        label="Утренняя сводка"
        description="Курсы, показатели вчерашнего дня и долги — в личный чат с ботом каждому, кто связал Telegram."
        checked={digest.enabled}
        onChange={(event) => set.mutate({ enabled: event.currentTarget.checked, at }, saved)}
      />
      <Group gap="xs" mt="xs" align="flex-end">
        <TextInput
          type="time"
          label="Когда, по часам компании"
          required
          withAsterisk={false}
          value={at}
          onChange={(event) => setAt(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" loading={set.isPending} disabled={at === digest.at || at === ''}>
          Сохранить
        </Button>
      </Group>
      <FormFailure error={set.error} />
    </form>
  );
}

function CopyForm({ copy }: { copy: MailCopy }) {
  const set = useSetMailCopy();
  const [minutes, setMinutes] = useState<number | string>(copy.after_minutes);
  const after = typeof minutes === 'number' ? minutes : 0;
  const save = (event: FormEvent) => {
    event.preventDefault();
    set.mutate({ enabled: copy.enabled, after_minutes: after }, saved);
  };
  return (
    <form onSubmit={save}>
      <Switch
        label="Копия по почте, пока Telegram недоступен"
        description="Одно письмо со всеми сообщениями, которые ждут. В Telegram они придут потом сами, по порядку."
        checked={copy.enabled}
        onChange={(event) => set.mutate({ enabled: event.currentTarget.checked, after_minutes: copy.after_minutes }, saved)}
      />
      <Group gap="xs" mt="xs" align="flex-end">
        <NumberInput label="Через сколько минут" min={1} max={1440} allowDecimal={false} value={minutes} onChange={setMinutes} />
        <Button type="submit" variant="default" loading={set.isPending} disabled={after === copy.after_minutes || after < 1}>
          Сохранить
        </Button>
      </Group>
      <FormFailure error={set.error} />
    </form>
  );
}
