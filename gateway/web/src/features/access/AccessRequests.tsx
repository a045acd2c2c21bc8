import { Button, SegmentedControl, Stack, Switch } from '@mantine/core';
import { useInfiniteQuery, type UseInfiniteQueryResult } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { accessRequestsQuery, ownAccessQuery, type AccessRequest } from '@/shared/access';
import { useRight } from '@/shared/me';
import { Page } from '@/shared/ui/Page';
import { Failed, Loading, Nothing } from '@/shared/ui/States';
import { AccessCard } from './AccessCard';

/** «Доступ к клиентам»: requests that wait for a decision, and one's own with what came of them. */
export function AccessRequests() {
  const decides = useRight('clients.lend') !== undefined;
  const [own, setOwn] = useState(!decides);
  return (
    <Page
      title="Доступ к клиентам"
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
      {decides && !own ? <ToDecide /> : <Own />}
    </Page>
  );
}

function ToDecide() {
  const [ended, setEnded] = useState(false);
  const requests = useInfiniteQuery(accessRequestsQuery(ended));
  return (
    <Stack gap="md">
      <Switch label="Показать и решённые" checked={ended} onChange={(event) => setEnded(event.currentTarget.checked)} />
      <Requests list={requests} decides>
        <Nothing title="Запросов нет">Их присылают сотрудники, которым нужен клиент другого менеджера.</Nothing>
      </Requests>
    </Stack>
  );
}

function Own() {
  return (
    <Requests list={useInfiniteQuery(ownAccessQuery)}>
      <Nothing title="Вы ещё не запрашивали доступ">
        У чужого клиента видны только название, ИНН и ответственный. Там же кнопка «Запросить доступ».
      </Nothing>
    </Requests>
  );
}

interface RequestsProps {
  list: UseInfiniteQueryResult<{ pages: { items: AccessRequest[] }[] }>;
  decides?: boolean;
  /** When there are none. */
  children: ReactNode;
}

function Requests({ list, decides, children }: RequestsProps) {
  if (list.isPending) return <Loading what="Запросы загружаются" />;
  if (list.isError) return <Failed error={list.error} again={() => void list.refetch()} />;
  const items = list.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return children;
  return (
    <Stack gap="md">
      {items.map((request) => (
        <AccessCard key={request.id} request={request} decides={decides} />
      ))}
      {list.hasNextPage && (
        <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Показать ещё
        </Button>
      )}
    </Stack>
  );
}
