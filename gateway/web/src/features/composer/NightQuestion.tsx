import { Alert, Button, Group } from '@mantine/core';
import { IconMoon } from '@tabler/icons-react';
import { useRight } from '@/shared/me';

interface NightQuestionProps {
  /** What the hub said: until when it is night, and what becomes of the message. */
  words: string;
  onMorning: () => void;
  onNow: () => void;
  onBack: () => void;
}

/** A message by hand in the client's night: a person decides, nothing waits silently. */
export function NightQuestion({ words, onMorning, onNow, onBack }: NightQuestionProps) {
  const mayNow = useRight('messages.at_night') !== undefined;
  return (
    <Alert color="yellow" icon={<IconMoon size={18} />} title="У клиента ночь" mb={6}>
      {words}
      <Group gap="xs" mt="xs">
        <Button size="compact-sm" onClick={onMorning}>
          Отправить утром
        </Button>
        {mayNow && (
          <Button size="compact-sm" variant="default" onClick={onNow}>
            Отправить сейчас
          </Button>
        )}
        <Button size="compact-sm" variant="subtle" onClick={onBack}>
          Вернуться к тексту
        </Button>
      </Group>
    </Alert>
  );
}
