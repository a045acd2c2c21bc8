import { Button, Skeleton, Stack, Text, Textarea, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Failed, FormFailure } from '@/shared/ui/States';
import { stopWordsQuery, useSetStopWords } from './api';

/** The words by which a client ends advertising. */
export function StopWords({ readOnly }: { readOnly: boolean }) {
  const known = useQuery(stopWordsQuery);
  return (
    <Stack gap="md">
      <Title order={2}>СТОП-слова</Title>
      <Text c="dimmed">
        Клиент, который прислал одно такое слово и больше ничего, рекламы не получает. Регистр не важен. Сказанное раньше остаётся в силе
        и после правки списка.
      </Text>
      {known.isPending ? (
        <Skeleton height={60} role="status" aria-label="СТОП-слова загружаются" />
      ) : !known.data ? (
        <Failed error={known.error} again={() => void known.refetch()} />
      ) : (
        <Words key={known.data.join()} known={known.data} readOnly={readOnly} />
      )}
    </Stack>
  );
}

function Words({ known, readOnly }: { known: string[]; readOnly: boolean }) {
  const [text, setText] = useState(known.join('\n'));
  const words = text.split('\n').map((word) => word.trim()).filter((word) => word !== '');
  const save = useSetStopWords();
  const press = () => save.mutate(words, { onSuccess: () => notifications.show({ color: 'green', message: 'СТОП-слова сохранены' }) });
  return (
    <>
      <Textarea
        label="Слова"
        description={readOnly ? undefined : 'Каждое слово или короткая фраза с новой строки'}
        disabled={readOnly}
        autosize
        minRows={3}
        maxRows={12}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {words.length === 0 && <Text size="sm">Слов нет: отказаться от рекламы словом клиент не сможет.</Text>}
      <FormFailure error={save.error} />
      {!readOnly && (
        <div>
          <Button onClick={press} loading={save.isPending}>
            Сохранить слова
          </Button>
        </div>
      )}
    </>
  );
}
