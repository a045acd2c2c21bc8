import { Select, Skeleton, Table, Text, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schema } from '@/api/client';
import { plural } from '@/shared/plural';
import { RIGHTS } from '@/shared/words/rights';
import { Page } from '@/shared/ui/Page';
import { Failed } from '@/shared/ui/States';
import { rolesQuery, useSetRights, type Role } from './api';
import classes from './Roles.module.css';
import { SCOPED } from './scoped';

type Right = Schema<'Right'>;
type Scope = Schema<'Scope'>;

/** «Роли и права»: the matrix; a change counts from the next request of its holders. */
export function Roles() {
  const roles = useQuery(rolesQuery);
  return (
    <Page title="Роли и права" tools={<Text c="dimmed">Права нескольких ролей складываются. Изменение действует сразу, без нового входа.</Text>}>
      {roles.isPending ? (
        <Skeleton height={300} m="md" role="status" aria-label="Роли загружаются" />
      ) : roles.isError ? (
        <Failed error={roles.error} again={() => void roles.refetch()} />
      ) : (
        <div className={classes.scroll} tabIndex={0} role="region" aria-label="Матрица прав">
          <Table className={classes.matrix} verticalSpacing={6} horizontalSpacing="sm" stickyHeader>
            <Table.Thead>
              <Table.Tr>
                <Table.Th className={classes.role}>Роль</Table.Th>
                {roles.data.rights.map((right) => (
                  <Table.Th key={right}>
                    <Tooltip label={RIGHTS[right].what}>
                      <span>{RIGHTS[right].name}</span>
                    </Tooltip>
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {roles.data.items.map((role) => (
                <RoleRow key={role.code} role={role} rights={roles.data.rights} />
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </Page>
  );
}

function RoleRow({ role, rights }: { role: Role; rights: Right[] }) {
  const set = useSetRights();
  const change = (right: Right, scope: Scope | null) => {
    const next: Partial<Record<Right, Scope>> = { ...role.rights };
    if (scope) next[right] = scope;
    else delete next[right];
    set.mutate(
      { code: role.code, rights: next as Schema<'RoleRights'>['rights'] },
      { onError: (error) => notifications.show({ color: 'red', message: error.message }) },
    );
  };
  return (
    <Table.Tr>
      <Table.Th scope="row" className={classes.role}>
        {role.name}
        <Text size="xs" c="dimmed" fw={400}>
          {role.users > 0 ? plural(role.users, 'человек', 'человека', 'человек') : 'никого'}
        </Text>
      </Table.Th>
      {rights.map((right) => (
        <Table.Td key={right}>
          <Cell
            label={`${role.name}: ${RIGHTS[right].name}`}
            choices={choicesOf(right)}
            value={role.rights[right] ?? 'no'}
            disabled={set.isPending}
            onChange={(value) => change(right, value === 'own' || value === 'all' ? value : null)}
          />
        </Table.Td>
      ))}
    </Table.Tr>
  );
}

interface Choice {
  value: string;
  label: string;
}

function choicesOf(right: Right): Choice[] {
  const isScoped = SCOPED.includes(right);
  const own = isScoped ? [{ value: 'own', label: 'свои' }] : [];
  return [{ value: 'no', label: 'нет' }, ...own, { value: 'all', label: isScoped ? 'все' : 'да' }];
}

interface CellProps {
  label: string;
  choices: Choice[];
  value: string;
  disabled: boolean;
  onChange: (value: string | null) => void;
}

/** A word until it is pressed: some hundreds of lists at once make the page slow. */
function Cell({ label, choices, value, disabled, onChange }: CellProps) {
  const [open, setOpen] = useState(false);
  if (!open) {
    const word = choices.find((choice) => choice.value === value)?.label;
    return (
      <button
        type="button"
        className={classes.cell}
        data-given={value !== 'no' || undefined}
        disabled={disabled}
        aria-label={`${label}: ${word}`}
        onClick={() => setOpen(true)}
      >
        {word}
      </button>
    );
  }
  return (
    <Select
      size="xs"
      w={104}
      aria-label={label}
      allowDeselect={false}
      autoFocus
      defaultDropdownOpened
      data={choices}
      value={value}
      onChange={onChange}
      onDropdownClose={() => setOpen(false)}
    />
  );
}
