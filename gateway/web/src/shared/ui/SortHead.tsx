import { Table } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import classes from './SortHead.module.css';

interface SortHeadProps<Sort extends string> {
  name: string;
  /** The orders of this column; the first press gives the first of them. */
  orders: Sort[];
  sort: Sort;
  onSort: (sort: Sort) => void;
}

/** The head of a column by which the list is sorted, in the address as everything else. */
export function SortHead<Sort extends string>({ name, orders, sort, onSort }: SortHeadProps<Sort>) {
  const at = orders.indexOf(sort);
  const isDown = sort.startsWith('-');
  const Arrow = isDown ? IconArrowDown : IconArrowUp;
  return (
    <Table.Th aria-sort={at < 0 ? 'none' : isDown ? 'descending' : 'ascending'}>
      <button type="button" className={classes.sort} onClick={() => onSort(orders[(at + 1) % orders.length]!)}>
        {name}
        {at >= 0 && <Arrow size={14} aria-hidden="true" />}
      </button>
    </Table.Th>
  );
}
