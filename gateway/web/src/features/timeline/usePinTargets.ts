import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { contactQuery } from '@/shared/contacts';

/** The companies of a person, asked for when somebody wants to choose. */
export function usePinTargets(contact: string | undefined) {
  const [wanted, setWanted] = useState(false);
  const { data } = useQuery({ ...contactQuery(contact ?? ''), enabled: wanted && contact !== undefined });
  return { targets: data?.clients ?? [], load: () => setWanted(true) };
}
