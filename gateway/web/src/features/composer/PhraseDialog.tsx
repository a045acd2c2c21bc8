import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { Failed, Loading } from '@/shared/ui/States';
import type { Where } from './api';
import { FieldInputs } from './FieldInputs';
import { given, missingWords, previewOf, previewQuery, type Phrase, type Values } from './prepared';
import classes from './Prepared.module.css';

interface PhraseDialogProps {
  place: Where;
  phrase: Phrase;
  onInsert: (text: string) => void;
  onClose: () => void;
}

/** Fields of a text written beforehand that nothing fills by itself. */
export function PhraseDialog({ place, phrase, onInsert, onClose }: PhraseDialogProps) {
  const [values, setValues] = useState<Values>({});
  const [tried, setTried] = useState(false);
  const [asked] = useDebouncedValue(values, 250);
  const preview = useQuery(previewQuery(place, { type: 'phrase', phrase_id: phrase.id, values: asked }));
  const fields = preview.data?.fields ?? [];
  const missing = missingWords(fields, values);
  const insert = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (missing) return;
    // What stands in the fields now, not what was shown a moment ago.
    const content = { type: 'phrase' as const, phrase_id: phrase.id, values: given(fields, values) };
    onInsert((await previewOf(place, content)).text);
    onClose();
  };
  return (
    <Modal opened onClose={onClose} title={phrase.name}>
      {preview.isPending ? (
        <Loading />
      ) : preview.isError ? (
        <Failed error={preview.error} again={() => void preview.refetch()} />
      ) : (
        <form onSubmit={(event) => void insert(event)} noValidate>
          <Stack gap="sm">
            <FieldInputs fields={fields} values={values} onChange={setValues} marked={tried} />
            <section aria-label="Как увидит клиент">
              <Text size="xs" c="dimmed" mb={4}>
                Как увидит клиент
              </Text>
              <div className={classes.preview}>{preview.data.text}</div>
            </section>
            {tried && missing && (
              <Alert color="red" variant="light" role="alert">
                {missing}
              </Alert>
            )}
            <Group justify="flex-end">
              <Button type="submit">Вставить</Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
