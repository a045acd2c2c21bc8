import { useLocalStorage } from '@mantine/hooks';
import { useMe } from '@/shared/me';

export interface Draft {
  text: string;
  setText: (text: string) => void;
  clear: () => void;
}

/** The comment that somebody has begun, by client. */
export function useNoteDraft(client: string): Draft {
  const me = useMe();
  const [text, setText, clear] = useLocalStorage({
    key: `uzel-note-draft-${me.id}-${client}`,
    defaultValue: '',
    getInitialValueInEffect: false,
  });
  return { text, setText, clear };
}
