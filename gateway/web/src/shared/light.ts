import { queryOptions } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';
import type { Account } from './accounts';
import { lackOf } from './needs';

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

/** What only those who manage channels are told beside its health. */
type Told = Pick<Account, 'connector' | 'settings' | 'secrets' | 'last_received_at'>;

/**
 * A channel's health as one light. Green says no more than is known: not that a channel works from which nothing has come,
 * nor that it sends where it lacks what sending needs. `account` is left out where the viewer may not read it.
 */
export function lightOf(channel: ChannelHealth | undefined, account?: Told): ChannelLight {
  if (!channel) return { color: 'off', word: 'неизвестно', cause: 'Состояние канала ещё не прочитано.' };
  if (!channel.enabled) return { color: 'off', word: 'выключен', cause: 'Канал выключен: ничего не принимает и не отправляет.' };
  const look = healthOf(channel, account);
  const waiting = channel.waiting > 0 ? ` Ждут отправки: ${channel.waiting}.` : '';
  return { ...look, cause: look.cause + waiting };
}

function healthOf(channel: ChannelHealth, account?: Told): ChannelLight {
  const cause = channel.causes[0]?.text;
  if (cause !== undefined) return { ...LOOKS[channel.light], cause };
  const lack = (account && lackOf(account)) ?? onlyReceives(channel);
  if (lack) return { color: 'late', word: 'только приём', cause: lack };
  if (account?.last_received_at === null) {
    return { color: 'off', word: 'нет событий', cause: 'Ещё не было событий: работает ли приём, неизвестно.' };
  }
  return { ...LOOKS[channel.light], cause: 'Замечаний нет.' };
}

/** Telephony is never written to: for it this is no want. */
function onlyReceives(channel: ChannelHealth): string | undefined {
  return channel.writes || channel.channel === 'telephony' ? undefined : 'Канал только принимает: для отправки не хватает настроек.';
}

/** From what needs hands at once to what needs none. */
const WORST_FIRST: ChannelLight['color'][] = ['bad', 'late', 'off', 'good'];

/** The lights of some channels for a narrow place: the worst first, and in their own order among equals. */
export function worstFirst<T extends { light: ChannelLight }>(lit: readonly T[]): T[] {
  return lit.toSorted((one, other) => WORST_FIRST.indexOf(one.light.color) - WORST_FIRST.indexOf(other.light.color));
}
