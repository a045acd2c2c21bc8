import { Modal, Text } from '@mantine/core';
import { IconLock, IconLockOpen } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { mayBeAskedFor, openedCardOf, ownAccessQuery } from '@/shared/access';
import type { ClientStub } from '@/shared/clients';
import { AskForAccess } from './AskForAccess';
import { ButtonLink } from './links';
import { Nothing } from './States';

interface StubProps {
  stub: ClientStub;
  /** The card, where its address is known. */
  clientId?: string;
}

/** Of a foreign client: name, ИНН, responsible, and nothing else. */
export function Stub({ stub, clientId }: StubProps) {
  return (
    <Nothing
      icon={<IconLock size={36} stroke={1.5} />}
      title={`Нет доступа. Ответственный — ${stub.responsible ?? 'не назначен'}`}
      action={<AskForAccess stub={stub} clientId={clientId} />}
    >
      <Text fw={600}>{stub.name}</Text>
      {stub.inn && <Text className="numbers">ИНН {stub.inn}</Text>}
      <Text mt="xs">
        {mayBeAskedFor(stub, clientId)
          ? 'Ответственный, РОП или руководитель могут открыть его вам на время. Если клиент должен перейти к вам совсем, попросите передать его.'
          : 'У клиента нет ни имени, ни ИНН, поэтому запрос отсюда не отправить: попросите ответственного передать клиента или прислать вам ссылку на него.'}
      </Text>
    </Nothing>
  );
}

/**
 * The same over whatever named the client: a stub that was found has no address of its own. When the access is opened that
 * was asked for here, the dialog leads to the card.
 */
export function StubDialog({ stub, onClose }: { stub: ClientStub; onClose: () => void }) {
  const own = useInfiniteQuery(ownAccessQuery).data?.pages.flatMap((page) => page.items);
  const card = openedCardOf(stub, own ?? []);
  return (
    <Modal opened onClose={onClose} title={card ? 'Доступ открыт' : 'Чужой клиент'}>
      {card ? <Opened stub={stub} card={card} onGone={onClose} /> : <Stub stub={stub} />}
    </Modal>
  );
}

function Opened({ stub, card, onGone }: { stub: ClientStub; card: string; onGone: () => void }) {
  return (
    <div role="status">
      <Nothing
        icon={<IconLockOpen size={36} stroke={1.5} />}
        title="Клиент вам открыт"
        action={
          <ButtonLink to="/clients/$clientId" params={{ clientId: card }} onClick={onGone}>
            Открыть карточку
          </ButtonLink>
        }
      >
        {stub.name}
      </Nothing>
    </div>
  );
}
