import { text, yes, type RawSearch } from '@/shared/search';

export interface UsersSearch {
  text?: string;
  role?: string;
  disabled?: true;
}

export function UsersSearch(search: RawSearch): UsersSearch {
  return { text: text(search.text), role: text(search.role), disabled: yes(search.disabled) };
}

export interface AuditSearch {
  user?: string;
  action?: string;
  from?: string;
  until?: string;
}

export function AuditSearch(search: RawSearch): AuditSearch {
  return { user: text(search.user), action: text(search.action), from: text(search.from), until: text(search.until) };
}
