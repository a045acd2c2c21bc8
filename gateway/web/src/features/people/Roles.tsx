import { Select, Skeleton, Table, Text, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
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
          <Select
            size="xs"
            w={104}
            variant={role.rights[right] ? 'filled' : 'unstyled'}
            aria-label={`${role.name}: ${RIGHTS[right].name}`}
            allowDeselect={false}
            disabled={set.isPending}
            data={[
              { value: 'no', label: 'нет' },
              ...(SCOPED.includes(right) ? [{ value: 'own', label: 'свои' }] : []),
              { value: 'all', label: SCOPED.includes(right) ? 'все' : 'да' },
            ]}
            value={role.rights[right] ?? 'no'}
            onChange={(value) => change(right, value === 'own' || value === 'all' ? value : null)}
          />
        </Table.Td>
      ))}
    </Table.Tr>
  );
}
