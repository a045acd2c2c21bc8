import { IconBrandTelegram, IconBrandWhatsapp, IconMessage, IconMessageChatbot, IconPhone, type Icon } from '@tabler/icons-react';
import type { Schema } from './api/client';

export type Channel = Schema<'Channel'>;

interface ChannelLook {
  /** As people call it. */
  name: string;
  icon: Icon;
  /** The colour of its badge, readable under white. */
  color: string;
}

/** One row per channel: a channel that the hub learns does not compile until it has a row. */
export const channels: Record<Channel, ChannelLook> = {
  whatsapp: { name: 'WhatsApp', icon: IconBrandWhatsapp, color: '#147a46' },
  telephony: { name: 'Телефон', icon: IconPhone, color: '#475467' },
  telegram: { name: 'Telegram', icon: IconBrandTelegram, color: '#1b6fa8' },
  sms: { name: 'SMS', icon: IconMessage, color: '#7a4a9e' },
  max: { name: 'MAX', icon: IconMessageChatbot, color: '#4a5bd0' },
};

/** Also for a word that this version of the application does not know. */
export function channelLook(channel: string): ChannelLook {
  return channels[channel as Channel] ?? { name: channel, icon: IconMessage, color: '#475467' };
}

/** «Telegram: бот компании»; a name that begins with the channel's is not told it twice. */
export function accountWords(account: { channel: string; name: string }): string {
  const { name } = channelLook(account.channel);
  return account.name.startsWith(name) ? account.name : `${name}: ${account.name}`;
}
