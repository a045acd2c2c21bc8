import { Alert, Loader } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { number, time } from '@/shared/format';
import { accountQuery } from './api';

/** Looks until the first event of a new channel has come, and says what is refused meanwhile. */
export function WaitForFirst({ accountId }: { accountId: string }) {
  const { data } = useQuery({
    ...accountQuery(accountId),
    refetchInterval: (query) => (query.state.data?.last_received_at ? false : 3000),
  });
  const refused = Object.values(data?.refused ?? {}).reduce((sum, count) => sum + count, 0);
  if (data?.last_received_at) {
    return (
      <Alert color="green" icon={<IconCheck size={18} />} title="Канал работает" role="status">
        Первое событие пришло в {time(data.last_received_at)}.
      </Alert>
    );
  }
  if (refused > 0) {
    return (
      <Alert color="red" title="Провайдер обращается, но мы не можем его принять" role="status">
        Отклонено запросов: {number(refused)}. Секрет здесь и у провайдера не совпадает.
      </Alert>
    );
  }
  return (
    <Alert color="gray" icon={<Loader size={18} />} title="Ждём первое событие" role="status">
      Проверьте канал, как написано выше. Страницу можно закрыть.
    </Alert>
  );
}
