import { Text } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { ApiError } from '@/api/problem';
import type { ClientStub } from '@/shared/clients';
import { AskForAccess } from '@/shared/ui/AskForAccess';
import { Nothing } from '@/shared/ui/States';

/** The stub that a refusal carries. */
export function foreignOf(error: unknown): ClientStub | null {
  if (!(error instanceof ApiError) || error.type !== 'foreign-client') return null;
  return error.problem.stub as ClientStub;
}

/** Of a foreign client: name, ИНН, responsible, and nothing else. */
export function ForeignClient({ stub, clientId }: { stub: ClientStub; clientId: string }) {
  return (
    <Nothing
      icon={<IconLock size={36} stroke={1.5} />}
      title={`Нет доступа. Ответственный — ${stub.responsible ?? 'не назначен'}`}
      action={<AskForAccess stub={stub} clientId={clientId} />}
    >
      <Text fw={600}>{stub.name}</Text>
      {stub.inn && <Text className="numbers">ИНН {stub.inn}</Text>}
      <Text mt="xs">Ответственный, РОП или руководитель могут открыть его вам на время. Если клиент должен перейти к вам совсем, попросите
        передать его.</Text>
    </Nothing>
  );
}
