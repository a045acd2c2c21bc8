import { Button, Group, PasswordInput, Stack, Text } from '@mantine/core';
import type { UseMutationResult } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { FormFailure } from '@/shared/ui/States';

interface ByPasswordProps<T> {
  /** The button that asks for the password. */
  open: string;
  /** The one that sends it. */
  submit: string;
  /** What is worth knowing before. */
  lead?: string;
  color?: string;
  act: UseMutationResult<T, Error, string>;
  onDone?: (made: T) => void;
}

/** An act that asks for one's own password once more. */
export function ByPassword<T>({ open, submit, lead, color, act, onDone }: ByPasswordProps<T>) {
  const [password, setPassword] = useState<string>();
  if (password === undefined) {
    return (
      <Button variant="default" onClick={() => setPassword('')}>
        {open}
      </Button>
    );
  }
  const send = (event: FormEvent) => {
    event.preventDefault();
    act.mutate(password, { onSuccess: onDone });
  };
  const cancel = () => {
    act.reset();
    setPassword(undefined);
  };
  return (
    <form onSubmit={send}>
      <Stack gap="xs">
        {lead && <Text>{lead}</Text>}
        <Group align="flex-end" gap="xs">
          <PasswordInput
            label="Ваш пароль"
            autoComplete="current-password"
            autoFocus
            required
            withAsterisk={false}
            w={260}
            value={password}
            visibilityToggleButtonProps={{ 'aria-label': 'Показать пароль', 'aria-hidden': false, tabIndex: 0 }}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <Button type="submit" color={color} loading={act.isPending}>
            {submit}
          </Button>
          <Button variant="subtle" color="gray" onClick={cancel}>
            Отмена
          </Button>
        </Group>
        <FormFailure error={act.error} />
      </Stack>
    </form>
  );
}
