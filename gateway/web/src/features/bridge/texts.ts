import { plural } from '@/shared/plural';

/** How a bridged chat is doing; nothing while all is well. */
export function stateOf(chat: { enabled: boolean; waiting: number; trouble: string | null }): string | undefined {
  if (!chat.enabled) return undefined;
  if (chat.trouble) return chat.trouble;
  if (chat.waiting === 0) return undefined;
  return `${plural(chat.waiting, 'сообщение ждёт', 'сообщения ждут', 'сообщений ждут')} отправки`;
}
