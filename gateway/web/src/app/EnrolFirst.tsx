import { Alert, Button } from '@mantine/core';
import { SecondFactor } from '@/features/profile/SecondFactor';
import { Door } from '@/features/session/Door';
import { useLeave } from './useLeave';

/** A second factor is required and not set up: nothing else is shown before. */
export function EnrolFirst() {
  const leave = useLeave();
  return (
    <Door title="Ещё один шаг">
      <Alert color="blue">Администратор требует вход с кодом из приложения. Подключите его, чтобы продолжить.</Alert>
      <SecondFactor />
      <Button variant="subtle" color="gray" onClick={leave}>
        Выйти
      </Button>
    </Door>
  );
}
