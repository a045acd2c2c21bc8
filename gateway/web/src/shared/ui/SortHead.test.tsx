import { MantineProvider, Table } from '@mantine/core';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, expect, test } from 'vitest';
import { SortHead } from './SortHead';

afterEach(cleanup);

function Heads() {
  const [sort, setSort] = useState<string>('name');
  return (
    <MantineProvider>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <SortHead name="Название" orders={['name', '-name']} sort={sort} onSort={setSort} />
            <SortHead name="Заведён" orders={['-created_at', 'created_at']} sort={sort} onSort={setSort} />
          </Table.Tr>
        </Table.Thead>
      </Table>
    </MantineProvider>
  );
}

test('a press sorts by the column, the next one turns the order round', () => {
  render(<Heads />);
  const [name, created] = screen.getAllByRole('columnheader');
  const orders = () => [name!.getAttribute('aria-sort'), created!.getAttribute('aria-sort')];
  expect(orders()).toEqual(['ascending', 'none']);
  fireEvent.click(screen.getByText('Заведён'));
  expect(orders()).toEqual(['none', 'descending']);
  fireEvent.click(screen.getByText('Заведён'));
  expect(orders()).toEqual(['none', 'ascending']);
  fireEvent.click(screen.getByText('Название'));
  expect(orders()).toEqual(['ascending', 'none']);
  fireEvent.click(screen.getByText('Название'));
  expect(orders()).toEqual(['descending', 'none']);
});
