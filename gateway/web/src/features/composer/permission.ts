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

/** Longest text, and whether files go. */
export function abilitiesOf(writing: Schema<'Writing'>): { limit?: number; files: boolean; quote: boolean } {
  const told = (writing.abilities ?? {}) as { text_limit?: number | null; files?: unknown[]; quote?: boolean };
  return { limit: told.text_limit ?? undefined, files: (told.files?.length ?? 0) > 0, quote: told.quote === true };
}
