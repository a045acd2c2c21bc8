import { Switch } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import { freezeQuery } from '@/shared/changeRequests';
import { useDeed } from '@/shared/deed';
import { FormFailure } from '@/shared/ui/States';

/** The freeze of contact data, for the company as a whole. */
export function FreezeSwitch() {
  const freeze = useQuery(freezeQuery);
  const cache = useQueryClient();
  const set = useDeed({
    mutationFn: (enabled: boolean) => unwrap(api.PUT('/api/contact-freeze', { body: { enabled } })),
    onSuccess: (saved) => cache.setQueryData(freezeQuery.queryKey, saved),
  });
  if (!freeze.data) return null;
  return (
    <div>
      <Switch
        label="Замораживать данные клиентов после создания"
        description="Название, реквизиты, имена, номера и почту тогда правят только те, кому дано право «Исправлять контакты»."
        checked={freeze.data.enabled}
        disabled={set.isPending}
        onChange={(event) => set.mutate(event.currentTarget.checked)}
      />
      <FormFailure error={set.error} />
    </div>
  );
}
