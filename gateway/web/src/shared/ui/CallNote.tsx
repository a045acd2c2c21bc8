import { Button, Group, Textarea } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import type { Schema } from '@/api/client';
import { useCallNote } from '../callWork';

interface CallNoteProps {
  call: string;
  client: string;
  onWritten: (entry: Schema<'TimelineEntry'>) => void;
  onCancel?: () => void;
}

/** Words about a call that become a comment on its client; they outlive the page. */
export function CallNote({ call, client, onWritten, onCancel }: CallNoteProps) {
  const [text, setText, forget] = useLocalStorage({
    key: `uzel-call-note-${call}`,
    defaultValue: '',
    getInitialValueInEffect: false,
  });
  const write = useCallNote(call, client, (entry) => {
    forget();
    onWritten(entry);
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') write.mutate(text.trim());
      }}
    >
      <Textarea
        aria-label="Комментарий к звонку"
        placeholder="Комментарий к звонку: видно только сотрудникам"
        autosize
        minRows={1}
        maxRows={6}
        mt={6}
        value={text}
        readOnly={write.isPending}
        error={write.error ? `${write.error.message} Текст сохранён.` : undefined}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Group gap="xs" mt={6}>
        <Button type="submit" size="compact-sm" loading={write.isPending} disabled={text.trim() === ''}>
          Записать
        </Button>
        {onCancel && (
          <Button size="compact-sm" variant="subtle" color="gray" onClick={onCancel}>
            Отмена
          </Button>
        )}
      </Group>
    </form>
  );
}
