import { Modal, Text } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { mayBeAskedFor } from '@/shared/access';
import type { ClientStub } from '@/shared/clients';
import { AskForAccess } from './AskForAccess';
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

/** The same over whatever named the client: a stub that was found has no address of its own. */
export function StubDialog({ stub, onClose }: { stub: ClientStub; onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title="Чужой клиент">
      <Stub stub={stub} />
    </Modal>
  );
}
