import { Group, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import classes from './Page.module.css';

interface PageProps {
  title: string;
  /** Buttons on the right of the title. */
  actions?: ReactNode;
  /** Filters and the like, which stay while the rest scrolls. */
  tools?: ReactNode;
  children: ReactNode;
  /** Text and forms are read in a narrow column. */
  narrow?: boolean;
}

/** A screen of one column with its title. */
export function Page({ title, actions, tools, children, narrow = false }: PageProps) {
  useDocumentTitle(`${title} · Узел`);
  return (
    <section className={classes.page} aria-label={title}>
      <header className={classes.head}>
        <Group justify="space-between" gap="xs">
          <Title order={1}>{title}</Title>
          <Group gap="xs">{actions}</Group>
        </Group>
        {tools}
      </header>
      <div className={classes.body}>
        <div className={narrow ? classes.narrow : classes.wide}>{children}</div>
      </div>
    </section>
  );
}
