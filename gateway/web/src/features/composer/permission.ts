import type { Schema } from '@/api/client';
import { lasted } from '@/shared/format';

/** Whether a conversation can be written to, as the screen shows it. */
export type Permission =
  | { kind: 'open'; until?: string }
  | { kind: 'templates' }
  | { kind: 'closed'; reason: string };

/** Reads what the hub says; a word of a newer version counts as closed. */
export function permissionOf(writing: Schema<'Writing'>): Permission {
  const told = writing.permission as { permission?: string; until?: string | null; reason?: string };
  switch (told.permission) {
    case 'open':
      return { kind: 'open', until: told.until ?? undefined };
    case 'templates_only':
      return { kind: 'templates' };
    default:
      return { kind: 'closed', reason: told.reason ?? 'Сюда сейчас нельзя написать.' };
  }
}

const SHORT_HOURS = 6;

/** «окно 3 ч», when the window ends soon. */
export function windowWords(permission: Permission, now: number): string | null {
  if (permission.kind !== 'open' || !permission.until) return null;
  const left = Date.parse(permission.until) - now;
  return left < SHORT_HOURS * 3_600_000 ? `окно ${lasted(now, Date.parse(permission.until))}` : null;
}

/** How a place stands, for whoever chooses one; nothing where all is well. */
export function stateWords(permission: Permission, now: number): string | null {
  switch (permission.kind) {
    case 'open':
      return permission.until ? `окно ${lasted(now, Date.parse(permission.until))}` : null;
    case 'templates':
      return 'окно закрыто, только шаблон';
    case 'closed':
      return permission.reason;
  }
}

export interface Abilities {
  /** Longest text. */
  limit?: number;
  files: boolean;
  voice: boolean;
  quote: boolean;
}

export const NO_ABILITIES: Abilities = { files: false, voice: false, quote: false };

/** Longest text, and what goes besides. */
export function abilitiesOf(writing: Schema<'Writing'>): Abilities {
  const told = (writing.abilities ?? {}) as { text_limit?: number | null; files?: { kind: string }[]; quote?: boolean };
  const files = told.files ?? [];
  return {
    limit: told.text_limit ?? undefined,
    files: files.length > 0,
    voice: files.some((file) => file.kind === 'voice'),
    quote: told.quote === true,
  };
}
