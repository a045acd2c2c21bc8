import { Stack, Text, Title } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { date } from '@/shared/format';
import { Page } from '@/shared/ui/Page';
import { RELEASES } from './news';
import { useUnreadNews } from './useUnreadNews';

/** «Что нового» */
export function NewsPage() {
  const { read } = useUnreadNews();
  const newest = useRef(read);
  newest.current = read;
  useEffect(() => newest.current(), []);
  return (
    <Page title="Что нового" narrow>
      <Stack gap="xl">
        {RELEASES.map((release) => (
          <section key={release.day}>
            <Title order={2} mb="sm">
              {date(`${release.day}T12:00:00`)}
            </Title>
            <Stack gap="md">
              {release.news.map((item) => (
                <div key={item.title}>
                  <Text fw={600}>{item.title}</Text>
                  <Text c="dimmed">{item.text}</Text>
                </div>
              ))}
            </Stack>
          </section>
        ))}
      </Stack>
    </Page>
  );
}
