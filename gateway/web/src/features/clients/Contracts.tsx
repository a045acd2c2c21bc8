import { ActionIcon, Badge, Button, Group, Text, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconEdit, IconFileAlert, IconPlus, IconTrash } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { useFrozen } from '@/shared/changeRequests';
import type { ClientCard } from '@/shared/clients';
import { date } from '@/shared/format';
import { strip } from '@/shared/ui/strip';
import classes from './ContextPane.module.css';
import { useRestoreContract, useWithdrawContract, type Contract } from './contracts';
import { HELD } from '@/shared/words/client';

const ContractForm = lazy(() => import('./ContractForm'));

/** The contracts of a client, with what we hold of each. */
export default function Contracts({ card, mayWrite }: { card: ClientCard; mayWrite: boolean }) {
  const [open, setOpen] = useState<Contract | 'new' | null>(null);
  return (
    <>
      {card.contracts.length === 0 && (
        <Text size="sm" className="soft" mb={8}>
          Договоров в карточке нет.
        </Text>
      )}
      {card.contracts.map((contract) => (
        <ContractRow
          key={contract.id}
          client={card.id}
          contract={contract}
          onEdit={mayWrite ? () => setOpen(contract) : undefined}
        />
      ))}
      {mayWrite && (
        <Button size="compact-md" variant="default" leftSection={<IconPlus size={16} />} onClick={() => setOpen('new')}>
          Добавить договор
        </Button>
      )}
      <Suspense>
        {open && <ContractForm client={card.id} contract={open === 'new' ? undefined : open} onClose={() => setOpen(null)} />}
      </Suspense>
    </>
  );
}

/** «№ 17/26 от 05.06.2026» */
function title({ number, signed_on }: Contract): string {
  const day = signed_on ? ` от ${signed_on.split('-').reverse().join('.')}` : '';
  return number ? `№ ${number}${day}` : `Без номера${day}`;
}

interface ContractRowProps {
  client: string;
  contract: Contract;
  /** Nothing for those who only read. */
  onEdit?: () => void;
}

function ContractRow({ client, contract, onEdit }: ContractRowProps) {
  const isFrozen = useFrozen() && (!!contract.number || !!contract.signed_on);
  const withdraw = useWithdraw(client);
  const name = title(contract);
  return (
    <div className={classes.contract}>
      <Group gap={6} wrap="nowrap" align="flex-start" justify="space-between">
        <Group gap={6}>
          <Text size="sm" className="numbers" style={{ overflowWrap: 'anywhere' }}>
            {name}
          </Text>
          <Held contract={contract} />
        </Group>
        {onEdit && (
          <Group gap={2} wrap="nowrap">
            <Tooltip label="Править договор">
              <ActionIcon variant="subtle" color="gray" size={28} className={classes.act} aria-label={`Править договор: ${name}`} onClick={onEdit}>
                <IconEdit size={16} />
              </ActionIcon>
            </Tooltip>
            {!isFrozen && (
              <Tooltip label="Убрать из карточки">
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size={28}
                  className={classes.act}
                  aria-label={`Убрать договор: ${name}`}
                  onClick={() => withdraw(contract.id, name)}
                >
                  <IconTrash size={16} />
                </ActionIcon>
              </Tooltip>
            )}
          </Group>
        )}
      </Group>
      {contract.note && (
        <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {contract.note}
        </Text>
      )}
      <Text size="xs" className="soft">
        {contract.created_by ? `Внесён: ${contract.created_by}, ${date(contract.created_at)}` : 'Отметка из прежней карточки'}
      </Text>
    </div>
  );
}

function Held({ contract }: { contract: Contract }) {
  if (contract.mark) {
    return (
      <Badge variant="light" color="gray" tt="none" c="var(--words)">
        {HELD[contract.mark]}
      </Badge>
    );
  }
  return (
    <Badge variant="light" color="yellow" c="var(--late)" tt="none" leftSection={<IconFileAlert size={12} />}>
      Оригинал или скан?
    </Badge>
  );
}

/** Takes a contract off, with a strip that puts it back. */
function useWithdraw(client: string) {
  const withdraw = useWithdrawContract(client);
  const restore = useRestoreContract(client);
  const failed = (error: Error) => void notifications.show({ color: 'red', title: 'Не получилось', message: error.message });
  return (id: string, name: string) =>
    void withdraw.mutateAsync(id).then(() => {
      const undo = () => void restore.mutateAsync(id).catch(failed);
      strip({ id: `contract-${id}`, words: `Договор убран: ${name}`, button: { name: 'Вернуть', press: undo } });
    }, failed);
}
