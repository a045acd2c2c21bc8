import type { Schema } from '@/api/client';
import { channelLook } from '@/channels';

const MEDIA: Record<Schema<'MediaKind'>, string> = {
  image: 'Фото',
  video: 'Видео',
  audio: 'Аудио',
  voice: 'Голосовое',
  document: 'Файл',
  sticker: 'Стикер',
  recording: 'Запись разговора',
};

const CONTENTS: Record<string, string> = {
  media: 'Файл',
  location: 'Место на карте',
  contacts: 'Контакт',
  choice: 'Выбор',
  form: 'Анкета',
  order: 'Заказ',
  unsupported: 'Сообщение не поддерживается',
};

/** «Голосовое», «Фото»: a kind of file in a word. */
export function mediaWord(kind: string | null | undefined): string {
  return MEDIA[kind as Schema<'MediaKind'>] ?? 'Файл';
}

/** The newest row of a conversation in one line. */
export function previewOf(last: Schema<'LastRow'>, channel?: string): string {
  const media = last.content_type === 'media' ? mediaWord(last.media_kind) : undefined;
  if (media) return last.text ? `${media}: ${last.text}` : media;
  if (last.content_type && last.content_type !== 'text') {
    const word = CONTENTS[last.content_type] ?? 'Сообщение';
    return last.text ? `${word}: ${last.text}` : word;
  }
  if (last.text) return last.text.replace(/\s+/g, ' ');
  if (last.kind === 'call') return 'Звонок';
  return channel ? `Сообщение ${channelLook(channel).name}` : 'Сообщение';
}
