import { queryOptions } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';

type Light = Schema<'Light'>;

export interface ChannelLight {
  color: 'good' | 'late' | 'bad' | 'off';
  /** Beside the colour, which is never the only sign. */
  word: string;
  /** What is the matter, in a sentence. */
  cause: string;
}

/** How the channels are doing, for everybody: who writes must know whether it will arrive. */
export const channelsQuery = queryOptions({
  queryKey: ['accounts', 'channels'],
  queryFn: async () => (await unwrap(api.GET('/api/channels'))).items,
  refetchInterval: 60_000,
});

export type ChannelHealth = Awaited<ReturnType<NonNullable<(typeof channelsQuery)['queryFn']>>>[number];

const LOOKS: Record<Light, Pick<ChannelLight, 'color' | 'word'>> = {
  green: { color: 'good', word: 'работает' },
  amber: { color: 'late', word: 'внимание' },
  red: { color: 'bad', word: 'не работает' },
};

/** A channel's health as one light. */
export function lightOf(channel: ChannelHealth | undefined): ChannelLight {
  if (!channel) return { color: 'off', word: 'неизвестно', cause: 'Состояние канала ещё не прочитано.' };
  if (!channel.enabled) return { color: 'off', word: 'выключен', cause: 'Канал выключен: ничего не принимает и не отправляет.' };
  const waiting = channel.waiting > 0 ? ` Ждут отправки: ${channel.waiting}.` : '';
  const cause = channel.causes[0]?.text ?? 'Принимает и отправляет без замечаний.';
  return { ...LOOKS[channel.light], cause: cause + waiting };
}
