import { Button, SegmentedControl, Stack, Switch } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useRight } from '@/shared/me';
import { Page } from '@/shared/ui/Page';
import { Failed, Loading, Nothing } from '@/shared/ui/States';
import { ownRequestsQuery, requestsQuery } from './api';
import { FreezeSwitch } from './FreezeSwitch';
import { RequestCard } from './RequestCard';

/** «Запросы на изменение»: those that wait for a decision, and one's own with what came of them. */
export function ChangeRequests() {
  const decides = useRight('contacts.correct') !== undefined;
  const [own, setOwn] = useState(!decides);
  const [ended, setEnded] = useState(false);
  return (
    <Page
      title="Запросы на изменение"
      narrow
      tools={
        decides && (
          <SegmentedControl
            maw={360}
            fullWidth
            data={[
              { value: 'all', label: 'На решение' },
              { value: 'own', label: 'Мои запросы' },
            ]}
            value={own ? 'own' : 'all'}
            onChange={(value) => setOwn(value === 'own')}
          />
        )
      }
    >
      {decides && !own ? (
        <Stack gap="md">
          <FreezeSwitch />
          <Switch label="Показать и решённые" checked={ended} onChange={(event) => setEnded(event.currentTarget.checked)} />
          <ToDecide ended={ended} />
        </Stack>
      ) : (
        <Own />
      )}
    </Page>
  );
}

function ToDecide({ ended }: { ended: boolean }) {
  const requests = useInfiniteQuery(requestsQuery(ended));
  if (requests.isPending) return <Loading what="Запросы загружаются" />;
  if (requests.isError) return <Failed error={requests.error} again={() => void requests.refetch()} />;
  const items = requests.data.pages.flatMap((page) => page.items);
  if (items.length === 0) {
    return <Nothing title="Запросов нет">Сотрудники присылают их от замка у замороженного поля в карточке клиента.</Nothing>;
  }
  return (
    <Stack gap="md">
      {items.map((request) => (
        <RequestCard key={request.id} request={request} decides />
      ))}
      <More list={requests} />
    </Stack>
  );
}

function Own() {
  const requests = useInfiniteQuery(ownRequestsQuery);
  if (requests.isPending) return <Loading what="Запросы загружаются" />;
  if (requests.isError) return <Failed error={requests.error} again={() => void requests.refetch()} />;
  const items = requests.data.pages.flatMap((page) => page.items);
  if (items.length === 0) {
    return (
      <Nothing title="Вы ничего не просили изменить">
        Нажмите замок у названия, реквизита или номера в карточке клиента: запрос увидят администратор и руководитель.
      </Nothing>
    );
  }
  return (
    <Stack gap="md">
      {items.map((request) => (
        <RequestCard key={request.id} request={request} />
      ))}
      <More list={requests} />
    </Stack>
  );
}

function More({ list }: { list: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown } }) {
  if (!list.hasNextPage) return null;
  return (
    <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
      Показать ещё
    </Button>
  );
}
