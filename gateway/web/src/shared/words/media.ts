import type { Schema } from '@/api/client';
import { clock } from '../format';

type Media = Schema<'MediaView'>;

/** Why a file cannot be seen yet, or at all. */
export function mediaState(media: Media): string | null {
  switch (media.state) {
    case 'stored':
      return null;
    case 'fetching':
      return 'загружается';
    case 'lost':
      return media.cause ? `недоступен: ${media.cause}` : 'недоступен';
    case 'expired':
      return 'удалена по сроку';
    default:
      return 'ждёт загрузки';
  }
}

/** The length of sound, where it is known. */
export function voiceLength(media: Media): string | null {
  return media.duration_s != null ? clock(media.duration_s) : null;
}
