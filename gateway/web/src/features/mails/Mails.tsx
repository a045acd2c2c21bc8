import { Button, Group, Select } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconMail } from '@tabler/icons-react';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Page } from '@/shared/ui/Page';
import { useSendTest } from './api';
import { MailList } from './MailList';
import { STATE_NAMES, STATES } from './words';

const route = getRouteApi('/frame/settings/mails');

/** «Письма Узла»: what the hub writes to its own people, what went out and what did not. */
export function Mails() {
  const search = route.useSearch();
  const navigate = useNavigate();
  return (
    <Page
      title="Письма Узла"
      actions={<TestButton />}
      tools={
        <Group gap="xs" align="flex-end">
          <Select
            w={220}
            label="Состояние"
            placeholder="Все письма"
            clearable
            data={STATES.map((value) => ({ value, label: STATE_NAMES[value] }))}
            value={search.state ?? null}
            onChange={(state) => void navigate({ to: '/settings/mails', search: { state: state ?? undefined }, replace: true })}
          />
        </Group>
      }
    >
      <MailList search={search} />
    </Page>
  );
}

function TestButton() {
  const test = useSendTest();
  const send = () =>
    test.mutate(undefined, {
      onSuccess: (letter) => notifications.show({ color: 'green', message: `Проверочное письмо отправляется на ${letter.address}` }),
      onError: (error) => notifications.show({ color: 'red', title: 'Письмо не отправлено', message: error.message }),
    });
  return (
    <Button variant="default" leftSection={<IconMail size={16} />} loading={test.isPending} onClick={send}>
      Проверочное письмо
    </Button>
  );
}
