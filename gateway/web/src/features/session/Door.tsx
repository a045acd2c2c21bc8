import { Paper, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import classes from './Door.module.css';

/** The frame of the screens before the log-in. */
export function Door({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) {
  useDocumentTitle(`${title} · Узел`);
  return (
    <main className={classes.door}>
      <Paper className={classes.card} withBorder p="xl">
        <Stack gap="md">
          <div className={classes.brand}>
            <img src="/icon.svg" width={36} height={36} alt="" />
            <Text fw={600} size="lg">
              Узел
            </Text>
          </div>
          <div>
            <Title order={1}>{title}</Title>
            {lead && (
              <Text c="dimmed" mt={4}>
                {lead}
              </Text>
            )}
          </div>
          {children}
        </Stack>
      </Paper>
    </main>
  );
}
