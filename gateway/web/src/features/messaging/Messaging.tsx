import { Divider, Skeleton, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMe } from '@/shared/me';
import { Page } from '@/shared/ui/Page';
import { Failed } from '@/shared/ui/States';
import { rulesQuery } from '@/shared/quiet';
import { RulesForm } from './RulesForm';
import { StopWords } from './StopWords';

/** «Правила рассылок»: when and by what the company writes to its clients, and what ends it. */
export function Messaging() {
  const readOnly = !useMe().rights['messages.rules'];
  const rules = useQuery(rulesQuery);
  return (
    <Page title="Правила рассылок" narrow>
      {rules.isPending ? (
        <Skeleton height={300} m="md" role="status" aria-label="Правила загружаются" />
      ) : !rules.data ? (
        <Failed error={rules.error} again={() => void rules.refetch()} />
      ) : (
        <Stack gap="xl" p="md">
          <RulesForm key={rules.data.version} rules={rules.data} readOnly={readOnly} onReload={() => void rules.refetch()} />
          <Divider />
          <StopWords readOnly={readOnly} />
        </Stack>
      )}
    </Page>
  );
}
