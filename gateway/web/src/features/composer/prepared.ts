import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';
import { paramsOf, type Where } from './api';

export type Template = Schema<'Template'>;
export type Phrase = Schema<'Phrase'>;
export type Prepared = Schema<'Prepared'>;
export type Preview = Schema<'MessagePreview'>;
export type Values = Record<string, string>;

/** A field that a person may fill in. */
export interface Field {
  key: string;
  label: string;
  /** What is known for it. */
  value?: string | null;
}

/** Templates that can be sent now; states change, so an opened list is asked for anew. */
export const templatesQuery = (place: Where) =>
  queryOptions({
    queryKey: ['conversations', 'templates', place.id],
    queryFn: async () =>
      (await unwrap(api.GET('/api/conversations/{id}/templates', { params: paramsOf(place) }))).items,
  });

/** Texts written beforehand that hold these words. Channels that are paid by parts have texts of their own beside. */
export const phrasesQuery = (text: string, withSms: boolean) =>
  queryOptions({
    queryKey: ['phrases', 'offered', text, withSms],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const query = { text: text || undefined, kind: withSms ? undefined : ('quick_reply' as const), limit: 30 };
      return (await unwrap(api.GET('/api/phrases', { params: { query }, signal }))).items;
    },
  });

/** As the client would read it, and what is missing. */
export const previewOf = (place: Where, content: Prepared, signal?: AbortSignal) =>
  unwrap(api.POST('/api/conversations/{id}/preview', { params: paramsOf(place), body: { content }, signal }));

export const previewQuery = (place: Where, content: Prepared) =>
  queryOptions({
    queryKey: ['preview', place.id, content],
    placeholderData: keepPreviousData,
    gcTime: 60_000,
    queryFn: ({ signal }) => previewOf(place, content, signal),
  });

/** «Не заполнено: имя клиента, срок» — the same words as the hub's refusal. */
export function missingWords(fields: Field[], values: Values): string | null {
  const empty = fields.filter((field) => !(values[field.key] ?? field.value ?? '').trim());
  return empty.length > 0 ? `Не заполнено: ${empty.map((field) => field.label).join(', ')}` : null;
}

/** What a person gave, without what he left as it was known. */
export function given(fields: Field[], values: Values): Values {
  const own = fields.map((field) => [field.key, (values[field.key] ?? '').trim(), field.value ?? ''] as const);
  return Object.fromEntries(own.filter(([, value, known]) => value !== '' && value !== known).map(([key, value]) => [key, value]));
}
