import { Alert, Button, Group, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { dateTime, time } from '@/shared/format';
import { CopyField } from '@/shared/ui/CopyField';
import { Failed, FormFailure, Loading } from '@/shared/ui/States';
import { bindingQuery, useBindingCode, useUnbind } from './api';

/** «Мой Telegram»: from where one answers internal chats; bound by a one-time code. */
export function OwnTelegram() {
  const binding = useQuery(bindingQuery);
  const issue = useBindingCode();
  const unbind = useUnbind();
  if (binding.isPending) return <Loading what="Связь с Telegram загружается" />;
  if (binding.isError) return <Failed error={binding.error} again={() => void binding.refetch()} />;
  const bound = binding.data.binding;
  return (
    <section>
      <Title order={2} mb="xs">
        Мой Telegram
      </Title>
      <Text>
        {bound
          ? `Связан: ${bound.name ?? 'имя скрыто'}, с ${dateTime(bound.bound_at)}. Сообщения оттуда попадают в чаты под вашим именем.`
          : 'Не связан. После связи вы сможете отвечать в чаты прямо из Telegram.'}
      </Text>
      <Group mt="sm" gap="xs">
        <Button variant="default" onClick={() => issue.mutate()} loading={issue.isPending}>
          {bound ? 'Связать другой Telegram' : 'Связать с Telegram'}
        </Button>
        {bound && (
          <Button variant="default" color="red" onClick={() => unbind.mutate()} loading={unbind.isPending}>
            Отвязать
          </Button>
        )}
      </Group>
      {issue.data && (
        <Alert color="blue" mt="sm" title={`Код действует до ${time(issue.data.expires_at)}`}>
          <Text size="sm" mb={6}>
            Откройте в Telegram бота моста и отправьте ему эту строку. Никому её не показывайте: кто её отправит, будет писать
            от вашего имени.
          </Text>
          <CopyField label="Сообщение боту" value={`/start ${issue.data.code}`} />
        </Alert>
      )}
      <FormFailure error={issue.error ?? unbind.error} />
    </section>
  );
}
