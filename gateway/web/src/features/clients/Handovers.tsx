import { Drawer, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useCompanyZone } from '@/shared/companyZone';
import { date } from '@/shared/format';
import { Failed, Loading, Nothing } from '@/shared/ui/States';
import classes from './ClientList.module.css';
import { handoversQuery, type Handover } from './handovers';
import { notReturned } from './handoverWords';

/** Clients that are in other hands for a time, and those that did not go back. */
export default function Handovers({ onClose }: { onClose: () => void }) {
  const list = useQuery(handoversQuery);
  return (
    <Drawer opened onClose={onClose} position="right" size={460} title="Переданы на время">
      {list.isPending && <Loading />}
      {list.isError && <Failed error={list.error} again={() => void list.refetch()} />}
      {list.data?.length === 0 && (
        <Nothing title="Никто не передан на время">Отпуск? «Передать» в карточке клиента, затем день возврата.</Nothing>
      )}
      <ul className={classes.found}>
        {list.data?.map((handover) => (
          <Row key={handover.id} handover={handover} onOpen={onClose} />
        ))}
      </ul>
    </Drawer>
  );
}

function Row({ handover, onOpen }: { handover: Handover; onOpen: () => void }) {
  const zone = useCompanyZone();
  return (
    <li className={classes.card} style={{ paddingInline: 0 }}>
      <Link to="/clients/$clientId" params={{ clientId: handover.client_id }} className="link" onClick={onOpen}>
        {handover.client_name}
      </Link>
      {handover.outcome ? (
        <Text size="sm" c="var(--late)">
          {notReturned(handover, zone)}
        </Text>
      ) : (
        <Text size="sm">
          {handover.to.name} до <span className="numbers">{date(handover.ends_at, zone)}</span>, затем {handover.from.name}
        </Text>
      )}
      <Text size="xs" className="soft">
        {handover.reason}. Передано: {handover.given_by.name}, {date(handover.given_at)}
      </Text>
    </li>
  );
}
