import { Alert, Text } from '@mantine/core';
import { useCompanyZone } from '../companyZone';
import { date } from '../format';
import type { Handover } from '../handovers';
import { form, plural } from '../plural';

const NAMED = 5;

/** Said before a transfer: whose clients do not go back for it, and when they would have. */
export function ReturnsLost({ lost }: { lost: Handover[] }) {
  const zone = useCompanyZone();
  if (lost.length === 0) return null;
  const groups = new Map<string, Handover[]>();
  for (const one of lost) {
    const back = `к прежнему ответственному (${one.from.name}) ${date(one.ends_at, zone)}`;
    groups.set(back, [...(groups.get(back) ?? []), one]);
  }
  return (
    <Alert
      color="yellow"
      role="status"
      title={`У ${plural(lost.length, 'клиента', 'клиентов', 'клиентов')} передача на время: возврат отменится`}
    >
      {[...groups].map(([back, clients]) => (
        <Text key={back} size="sm">
          {form(clients.length, 'Вернулся', 'Вернулись', 'Вернулись')} бы {back}: {named(clients)}.
        </Text>
      ))}
    </Alert>
  );
}

function named(clients: Handover[]): string {
  const names = clients.slice(0, NAMED).map(({ client_name }) => client_name).join(', ');
  const rest = clients.length - NAMED;
  return rest > 0 ? `${names} и ещё ${rest}` : names;
}
