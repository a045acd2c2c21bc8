import { queryOptions, useQueryClient } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';
import { useDeed } from '@/shared/deed';
import { rulesQuery } from '@/shared/quiet';

export type Rules = Schema<'MessagingRules'>;

export const stopWordsQuery = queryOptions({
  queryKey: ['stop-words'],
  queryFn: async () => (await unwrap(api.GET('/api/messaging-rules/stop-words'))).words,
});

export function useEditRules() {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: (body: Schema<'RulesEdit'>) => unwrap(api.PATCH('/api/messaging-rules', { body })),
    onSuccess: (rules) => cache.setQueryData(rulesQuery.queryKey, rules),
  });
}

export function useSetStopWords() {
  const cache = useQueryClient();
  return useDeed({
    mutationFn: (words: string[]) => unwrap(api.PUT('/api/messaging-rules/stop-words', { body: { words } })),
    onSuccess: ({ words }) => cache.setQueryData(stopWordsQuery.queryKey, words),
  });
}
