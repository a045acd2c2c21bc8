import { Alert, Button, Group, Modal, SegmentedControl, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { useState, type FormEvent } from 'react';
import type { Schema } from '@/api/client';
import { ApiError } from '@/api/problem';
import { useFrozen } from '@/shared/changeRequests';
import { DayField } from '@/shared/ui/DayField';
import { FormFailure } from '@/shared/ui/States';
import { usePressId } from '@/shared/usePressId';
import { useSaveContract, type Contract } from './contracts';
import { HELD } from '@/shared/words/client';

type Mark = Schema<'ContractMark'>;
const UNKNOWN = 'unknown';

interface ContractFormProps {
  client: string;
  /** The contract to change; nothing puts down a new one. */
  contract?: Contract;
  onClose: () => void;
}

/** A contract put down or changed: what we hold of it, its number and date. */
export default function ContractForm({ client, contract, onClose }: ContractFormProps) {
  const save = useSaveContract(client);
  const frozen = useFrozen();
  const press = usePressId();
  const [mark, setMark] = useState<Mark | null>(contract?.mark ?? null);
  const [number, setNumber] = useState(contract?.number ?? '');
  const [day, setDay] = useState(contract?.signed_on ?? null);
  const [note, setNote] = useState(contract?.note ?? '');
  const numberIsFrozen = frozen && !!contract?.number;
  const dayIsFrozen = frozen && !!contract?.signed_on;
  const error = save.error;
  const field = error instanceof ApiError ? error.field : undefined;
  const isStale = error instanceof ApiError && error.type === 'stale-version';
  const send = (event: FormEvent) => {
    event.preventDefault();
    const body = { mark, number: number.trim() || null, signed_on: day, note: note.trim() || null };
    const content = JSON.stringify(body);
    save.mutate(
      { id: press.next(content), contract, body },
      { onSuccess: onClose, onError: (failure) => press.failed(failure, content) },
    );
  };
  return (
    <Modal opened onClose={onClose} title={contract ? 'Правка договора' : 'Новый договор'}>
      <form onSubmit={send}>
        <Stack gap="sm">
          <div>
            <Text size="sm" fw={500} id="contract-mark" mb={4}>
              Что у нас на руках
            </Text>
            <SegmentedControl
              fullWidth
              aria-labelledby="contract-mark"
              data={[...Object.entries(HELD).map(([value, label]) => ({ value, label })), { value: UNKNOWN, label: 'Нет' }]}
              // The four stand in one line of a phone.
              styles={{ label: { paddingInline: 6 } }}
              value={mark ?? UNKNOWN}
              onChange={(value) => setMark(value === UNKNOWN ? null : (value as Mark))}
            />
          </div>
          {(numberIsFrozen || dayIsFrozen) && (
            <Alert color="gray" icon={<IconLock size={18} />}>
              Номер и дата заморожены, как и другие реквизиты: их правит администратор или руководитель.
            </Alert>
          )}
          <Group align="flex-start" grow>
            <TextInput
              label="Номер"
              maxLength={100}
              disabled={numberIsFrozen}
              value={number}
              error={field === 'number' ? error?.message : undefined}
              onChange={(event) => setNumber(event.currentTarget.value)}
            />
            <DayField label="Дата" placeholder="ДД.ММ.ГГГГ" clearable disabled={dayIsFrozen} value={day} onChange={setDay} />
          </Group>
          <Textarea
            label="Заметка"
            description="Где лежит, чего не хватает."
            autosize
            minRows={2}
            maxRows={8}
            maxLength={2000}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          {isStale && (
            <Alert color="yellow" title="Договор уже изменил кто-то другой">
              Ваш текст цел. Закройте окно, посмотрите новые значения и внесите правку снова.
            </Alert>
          )}
          {!field && !isStale && <FormFailure error={error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Отмена
            </Button>
            <Button type="submit" loading={save.isPending} disabled={!mark && !number.trim()}>
              {contract ? 'Сохранить' : 'Добавить'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
