import { lazy, Suspense, useState, type ReactNode } from 'react';
import { useMe } from '@/shared/me';

const Enrol = lazy(() => import('./Enrol'));

/** Where a second factor is required and not set up, nothing else is shown before. */
export function EnrolFirst({ children }: { children: ReactNode }) {
  const { second_factor: factor } = useMe();
  // The profile is read anew whenever the window is looked at again; the recovery codes, shown once, have to outlast that.
  const [hasCodes, setHasCodes] = useState(false);
  if (!hasCodes && (!factor.required || factor.enabled)) return children;
  return (
    <Suspense>
      <Enrol onCodes={setHasCodes} />
    </Suspense>
  );
}
