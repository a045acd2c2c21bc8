import { Alert, Button, Group, Modal, Radio, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError } from '@/api/problem';
import { useMarks } from '@/shared/cardMarks';
import { colleaguesQuery } from '@/shared/colleagues';
import { Failed, FormFailure, Loading } from '@/shared/ui/States';
import { strip } from '@/shared/ui/strip';
import { quoted } from '@/shared/words/quoted';
import { previewJoin, useJoin, useSplit, type Conflict, type Side } from './api';
import { fieldName, valueWords } from './texts';

export interface Joinable {
  id: string;
  name: string;
}

interface JoinDialogProps {
  kind: 'client' | 'contact';
  first: Joinable;
  second: Joinable;
  onClose: () => void;
  /** The card that stays. */
  onDone: (survivor: string) => void;
}

/** Two cards become one: who stays, what differs, what will change; then it can be taken back. */
export function JoinDialog({ kind, first, second, onClose, onDone }: JoinDialogProps) {
  const [survivorIsFirst, setSurvivorIsFirst] = useState(true);
  const [choices, setChoices] = useState<Record<string, Side>>({});
  const [survivor, absorbed] = survivorIsFirst ? [first, second] : [second, first];
  const wish = { kind, survivor: survivor.id, absorbed: absorbed.id, choices };
  const preview = useQuery({
    queryKey: ['joins', 'preview', wish],
    queryFn: () => previewJoin(wish),
    retry: false,
    gcTime: 0,
  });
  // Fields that were asked for stay on the screen once they are answered.
  const [asked, setAsked] = useState<Conflict[]>([]);
  const conflicts = conflictsOf(preview.error) ?? asked;
  if (conflictsOf(preview.error) && asked.length === 0) setAsked(conflicts);
  const names = new Map((useQuery(colleaguesQuery).data ?? []).map((person) => [person.id, person.name]));
  const marks = useMarks(kind, [first.id, second.id]);
  const named = ({ id, name }: Joinable) => {
    const addresses = marks.get(id)?.addresses;
    return addresses ? `${quoted(name)} (${addresses})` : quoted(name);
  };
  const join = useJoin();
  const split = useSplit();

  const confirm = () =>
    join.mutate(wish, {
      onSuccess: (outcome) => {
        onDone(outcome.survivor_id);
        const join = outcome.join_id;
        strip({
          id: 'joined',
          staysMs: 12_000,
          color: 'green',
          title: 'Карточки объединены',
          words: `${named(absorbed)} теперь в ${named(survivor)}.`,
          button: join ? { name: 'Отменить', press: () => split.mutate(join) } : undefined,
        });
      },
    });

  return (
    <Modal opened onClose={onClose} title="Объединить карточки" size="lg">
      <Stack gap="md">
        <Radio.Group
          label="Чья карточка останется"
          value={survivorIsFirst ? 'first' : 'second'}
          onChange={(value) => {
            setSurvivorIsFirst(value === 'first');
            setChoices({});
            setAsked([]);
          }}
        >
          <Stack gap={6} mt={6}>
            <Radio value="first" label={first.name} description={marks.get(first.id)?.words} />
            <Radio value="second" label={second.name} description={marks.get(second.id)?.words} />
          </Stack>
        </Radio.Group>
        {conflicts.map((conflict) => (
          <Radio.Group
            key={conflict.field}
            label={`${fieldName(conflict.field)}: чьё значение оставить?`}
            value={choices[conflict.field] ?? null}
            onChange={(side) => setChoices({ ...choices, [conflict.field]: side as Side })}
          >
            <Stack gap={6} mt={6}>
              <Radio value="survivor" label={valueWords(conflict.survivor, names)} />
              <Radio value="absorbed" label={valueWords(conflict.absorbed, names)} />
            </Stack>
          </Radio.Group>
        ))}
        {preview.isPending ? (
          <Loading what="Проверяется, что изменится" />
        ) : preview.isSuccess ? (
          <Changes changes={preview.data.changes} names={names} />
        ) : (
          !conflictsOf(preview.error) && <Failed error={preview.error} again={() => void preview.refetch()} />
        )}
        <Alert color="gray">
          Ленты сольются в одну. Ничего не удаляется: карточки можно разъединить в любое время, и обе станут такими, как были.
        </Alert>
        <FormFailure error={join.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Отмена
          </Button>
          <Button onClick={confirm} loading={join.isPending} disabled={!preview.isSuccess}>
            Объединить
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Changes({ changes, names }: { changes: { field: string; before?: unknown; after?: unknown }[]; names: Map<string, string> }) {
  const shown = changes.filter((change) => change.field !== 'name_is_chosen');
  if (shown.length === 0) return <Text c="dimmed">Поля остающейся карточки не изменятся.</Text>;
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Поле</Table.Th>
          <Table.Th>Сейчас</Table.Th>
          <Table.Th>Станет</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {shown.map((change) => (
          <Table.Tr key={change.field}>
            <Table.Td>{fieldName(change.field)}</Table.Td>
            <Table.Td>{valueWords(change.before, names)}</Table.Td>
            <Table.Td>{valueWords(change.after, names)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function conflictsOf(error: unknown): Conflict[] | null {
  if (!(error instanceof ApiError) || error.type !== 'choice-needed') return null;
  return error.problem.conflicts as Conflict[];
}
