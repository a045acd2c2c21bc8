import { Alert, Button } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { SecondFactor } from '@/features/profile/SecondFactor';
import { Door } from '@/features/session/Door';
import { useMe } from '@/shared/me';
import { useLeave } from './useLeave';

/** Where a second factor is required and not set up, nothing else is shown before. */
export function EnrolFirst({ children }: { children: ReactNode }) {
  const { second_factor: factor } = useMe();
  // The profile is read anew whenever the window is looked at again; the recovery codes, shown once, have to outlast that.
  const [hasCodes, setHasCodes] = useState(false);
  return hasCodes || (factor.required && !factor.enabled) ? <Enrol onCodes={setHasCodes} /> : children;
}

function Enrol({ onCodes }: { onCodes: (shown: boolean) => void }) {
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
