import { Button, Group, Stack, Textarea } from '@mantine/core';
import { useState, type FormEvent } from 'react';

interface RefuseFormProps {
  /** What the press says: «Отказать», «Отклонить». */
  action: string;
  isPending: boolean;
  onRefuse: (comment: string) => void;
  onCancel: () => void;
}

/** A refusal with its reason, which its reader is owed. */
export function RefuseForm({ action, isPending, onRefuse, onCancel }: RefuseFormProps) {
  const [comment, setComment] = useState('');
  const refuse = (event: FormEvent) => {
    event.preventDefault();
    onRefuse(comment.trim());
  };
  return (
    <form onSubmit={refuse}>
      <Stack gap="xs">
        <Textarea
          label="Почему нет"
          description="Это прочтёт автор запроса."
          autosize
          minRows={2}
          required
          withAsterisk={false}
          autoFocus
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
        />
        <Group gap="xs">
          <Button type="submit" color="red" loading={isPending} disabled={comment.trim() === ''}>
            {action}
          </Button>
          <Button variant="default" onClick={onCancel}>
            Отмена
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
