import { Alert, Button } from '@mantine/core';
import { SecondFactor } from '@/features/profile/SecondFactor';
import { Door } from '@/features/session/Door';
import { useLeave } from './useLeave';

/** The door that stays shut until a second factor is set up. */
export default function Enrol({ onCodes }: { onCodes: (shown: boolean) => void }) {
  const leave = useLeave();
  return (
    <Door title="Ещё один шаг">
      <Alert color="blue">Администратор требует вход с кодом из приложения. Подключите его, чтобы продолжить.</Alert>
      <SecondFactor onCodes={onCodes} />
      <Button variant="subtle" color="gray" onClick={leave}>
        Выйти
      </Button>
    </Door>
  );
}
