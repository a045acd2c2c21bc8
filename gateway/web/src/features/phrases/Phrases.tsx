import { ActionIcon, Badge, Button, Group, SegmentedControl, Skeleton, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconArrowDown, IconArrowUp, IconPlus, IconSearch } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useRight } from '@/shared/me';
import { languageName } from '@/shared/words/template';
import { Page } from '@/shared/ui/Page';
import { Failed, Nothing } from '@/shared/ui/States';
import { phrasesQuery, usePlace, type Phrase } from './api';
import { PhraseForm } from './PhraseForm';
import classes from './Phrases.module.css';
import type { PhrasesSearch } from './search';

const route = getRouteApi('/frame/settings/phrases');

/** «Заготовки»: texts that are written once and sent often. */
export function Phrases() {
  const search = route.useSearch();
  const kind = search.kind ?? 'quick_reply';
  const navigate = useNavigate();
  const go = (next: PhrasesSearch) => void navigate({ to: '/settings/phrases', search: { ...search, ...next }, replace: true });
  const later = useDebouncedCallback((text: string) => go({ text: text.trim() || undefined }), 250);
  const list = useInfiniteQuery(phrasesQuery(kind, search.text));
  const phrases = list.data?.pages.flatMap((page) => page.items) ?? [];
  const mayManage = useRight('phrases.manage') !== undefined;
  const [open, setOpen] = useState<Phrase | 'new'>();
  const add = (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setOpen('new')}>
      Новая заготовка
    </Button>
  );
  return (
    <Page
      title="Заготовки"
      actions={add}
      tools={
        <Group gap="xs">
          <SegmentedControl
            aria-label="Какие заготовки"
            data={[
              { value: 'quick_reply', label: 'Быстрые ответы' },
              { value: 'sms', label: 'Шаблоны SMS' },
            ]}
            value={kind}
            onChange={(value) => go({ kind: value === 'sms' ? 'sms' : undefined })}
          />
          <TextInput
            w={240}
            aria-label="Поиск"
            placeholder="Название, код или слова"
            leftSection={<IconSearch size={16} />}
            defaultValue={search.text ?? ''}
            onChange={(event) => later(event.currentTarget.value)}
          />
        </Group>
      }
    >
      <div className={classes.lists}>
        {list.isPending ? (
          <Skeleton height={200} role="status" aria-label="Заготовки загружаются" />
        ) : list.isError ? (
          <Failed error={list.error} again={() => void list.refetch()} />
        ) : phrases.length === 0 ? (
          <Nothing title={search.text ? 'Ничего не нашлось' : 'Заготовок пока нет'}>
            {search.text
              ? 'Измените слова поиска.'
              : 'Запишите то, что отправляете часто. В диалоге заготовка вставляется по «/» в начале строки, имя клиента подставляется само.'}
          </Nothing>
        ) : (
          <>
            <List title="Мои" phrases={phrases.filter((phrase) => phrase.own)} mayChange orders={!search.text} onOpen={setOpen} />
            <List
              title="Общие"
              phrases={phrases.filter((phrase) => !phrase.own)}
              mayChange={mayManage}
              orders={!search.text}
              onOpen={setOpen}
            />
            {list.hasNextPage && (
              <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                Показать ещё
              </Button>
            )}
          </>
        )}
      </div>
      {open && (
        <PhraseForm phrase={open === 'new' ? undefined : open} kind={kind} mayManage={mayManage} onClose={() => setOpen(undefined)} />
      )}
    </Page>
  );
}

interface ListProps {
  title: string;
  phrases: Phrase[];
  mayChange: boolean;
  /** A found part of the list has no order to change. */
  orders: boolean;
  onOpen: (phrase: Phrase) => void;
}

function List({ title, phrases, mayChange, orders, onOpen }: ListProps) {
  const place = usePlace();
  if (phrases.length === 0) return null;
  const move = (id: string, before: string | null) =>
    place.mutate({ id, before }, { onError: (error) => notifications.show({ color: 'red', message: error.message }) });
  return (
    <section aria-label={title}>
      <Title order={2} mb="xs">
        {title}
      </Title>
      <ol className={classes.list}>
        {phrases.map((phrase, index) => (
          <li key={phrase.id} className={classes.row}>
            <button type="button" className={classes.open} onClick={() => onOpen(phrase)}>
              <Group gap={6}>
                <Text fw={600} component="span">
                  {phrase.name}
                </Text>
                {phrase.code && (
                  <Badge variant="default" tt="none">
                    /{phrase.code}
                  </Badge>
                )}
                {phrase.language !== 'ru' && (
                  <Badge variant="default" tt="none">
                    {languageName(phrase.language)}
                  </Badge>
                )}
              </Group>
              <span className={classes.text}>{phrase.text}</span>
            </button>
            {mayChange && orders && phrases.length > 1 && (
              <Group gap={2} wrap="nowrap">
                <ActionIcon
                  size={44}
                  variant="subtle"
                  color="gray"
                  disabled={index === 0 || place.isPending}
                  onClick={() => move(phrase.id, phrases[index - 1]!.id)}
                  aria-label={`Выше: ${phrase.name}`}
                >
                  <IconArrowUp size={18} />
                </ActionIcon>
                <ActionIcon
                  size={44}
                  variant="subtle"
                  color="gray"
                  disabled={index === phrases.length - 1 || place.isPending}
                  onClick={() => move(phrase.id, phrases[index + 2]?.id ?? null)}
                  aria-label={`Ниже: ${phrase.name}`}
                >
                  <IconArrowDown size={18} />
                </ActionIcon>
              </Group>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
