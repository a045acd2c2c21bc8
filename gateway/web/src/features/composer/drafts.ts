import { queryOptions } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';

export type DraftKind = Schema<'DraftKind'>;
export type StoredDraft = Schema<'Draft'>;

export const draftQuery = (kind: DraftKind, id: string) =>
  queryOptions({
    queryKey: ['drafts', kind, id],
    queryFn: () => unwrap(api.GET('/api/drafts/{kind}/{id}', { params: { path: { kind, id } } })),
  });

export const saveDraft = (kind: DraftKind, id: string, text: string, version: number) =>
  unwrap(api.PUT('/api/drafts/{kind}/{id}', { params: { path: { kind, id } }, body: { text, version } }));

/** The words in the field, those that the hub is known to have, and their version. */
export interface Local {
  text: string;
  saved: string;
  version: number;
}

export const NO_DRAFT: Local = { text: '', saved: '', version: 0 };

/** What comes of words that the hub has: taken over, known already, or other words that a person has to choose from. */
export function meet(local: Local, stored: StoredDraft): { local: Local; other?: string } {
  if (stored.version <= local.version) return { local };
  const known = { saved: stored.text, version: stored.version };
  const untouched = local.text === local.saved;
  if (untouched) return { local: { text: stored.text, ...known } };
  // Sent or emptied elsewhere, or the very words that these were written over: nothing is lost by going on.
  const nothingNew = stored.text === '' || stored.text === local.text || stored.text === local.saved;
  return nothingNew ? { local: { ...local, ...known } } : { local, other: stored.text };
}
