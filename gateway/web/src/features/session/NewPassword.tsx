import { PasswordInput, Progress, Text } from '@mantine/core';
import { SHORTEST } from '@/shared/password';

interface NewPasswordProps {
  value: string;
  onChange: (value: string) => void;
  error?: string;
  label?: string;
}

/** A password to be, with what is still wrong with it. */
export function NewPassword({ value, onChange, error, label = 'Пароль' }: NewPasswordProps) {
  const share = Math.min(100, (value.length / SHORTEST) * 100);
  return (
    <div>
      <PasswordInput
        label={label}
        autoComplete="new-password"
        required
        withAsterisk={false}
        value={value}
        error={error}
        visibilityToggleButtonProps={{ 'aria-label': 'Показать пароль', 'aria-hidden': false, tabIndex: 0 }}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <Progress
        value={share}
        size={3}
        mt={6}
        color={share < 100 ? 'yellow.8' : 'green.8'}
        aria-label="Длина пароля"
      />
      <Text size="xs" c="dimmed" mt={4}>
        Не короче {SHORTEST} знаков и не такой, как логин. Можно фразу из нескольких слов.
      </Text>
    </div>
  );
}
