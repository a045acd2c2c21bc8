import { ActionIcon, Group, Text, Tooltip } from '@mantine/core';
import { IconKey, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { loansQuery, useEndLoan } from '@/shared/access';
import { dateTime } from '@/shared/format';
import { useMe } from '@/shared/me';
import { FormFailure } from '@/shared/ui/States';

/** To whom the client is open beside the responsible one, and until when. */
export function Loans({ client }: { client: string }) {
  const me = useMe();
  const loans = useQuery(loansQuery(client)).data ?? [];
  const end = useEndLoan(client);
  return (
    <>
      {loans.map((loan) => {
        const name = loan.user.id === me.id ? 'вам' : loan.user.name;
        return (
          <Group key={loan.id} gap={6} wrap="nowrap">
            <IconKey size={16} aria-hidden="true" style={{ flex: 'none' }} />
            <Text size="sm">
              Доступ открыт {loan.user.id === me.id ? 'вам' : `— ${name}`}
              {loan.ends_at ? `, до ${dateTime(loan.ends_at)}` : ', без срока'}. Открыто: {loan.lent_by.name}
            </Text>
            {loan.may_end && (
              <Tooltip label="Закрыть доступ сейчас">
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size={28}
                  aria-label={`Закрыть доступ: ${name}`}
                  loading={end.isPending && end.variables === loan.id}
                  onClick={() => end.mutate(loan.id)}
                >
                  <IconX size={16} />
                </ActionIcon>
              </Tooltip>
            )}
          </Group>
        );
      })}
      <FormFailure error={end.error} />
    </>
  );
}
