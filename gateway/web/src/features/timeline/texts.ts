import type { Schema } from '@/api/client';
import { duration } from '@/shared/format';

type Call = Schema<'CallEntry'>;

export const STATES: Record<Schema<'DeliveryState'>, string> = {
  queued: 'отправляется',
  sent: 'ушло',
  delivered: 'доставлено',
  read: 'прочитано',
  played: 'прослушано',
  failed: 'не отправлено',
};

/** How a row of ours came, where that is worth a word. */
export const ORIGINS: Record<string, string> = {
  phone: 'с телефона',
  automatic: 'автоответ',
  other_system: 'из другой системы',
  history: 'из истории',
  bridge: 'из Telegram руководителя',
};

/** How long a caller waited in vain and who was rung. */
export function missedDetail(call: Call, startedAt: string): string {
  const waited = call.ended_at ? duration(Math.max(0, Date.parse(call.ended_at) - Date.parse(startedAt)) * 1000) : null;
  const rung = [...new Set(call.segments.map((segment) => segment.extension?.name ?? segment.extension?.number).filter(Boolean))];
  const parts = [waited && `ждал ${waited}`, rung.length > 0 && `звонило: ${rung.join(', ')}`];
  return parts.filter(Boolean).join(' · ');
}

const SEGMENT_ENDS: Record<string, string> = {
  ANSWER: 'ответ',
  ANSWERED: 'ответ',
  NOANSWER: 'не ответили',
  'NO ANSWER': 'не ответили',
  CANCEL: 'отменён',
  BUSY: 'занято',
  CHANUNAVAIL: 'недоступен',
  CONGESTION: 'линия перегружена',
};

/** One step of a call in words. */
export function segmentWords(segment: Schema<'SegmentView'>): string {
  const who = segment.extension?.name ?? segment.extension?.number ?? 'без номера';
  const number = segment.extension?.name ? ` (${segment.extension.number})` : '';
  const end = segment.talk_us != null ? `разговор ${duration(segment.talk_us)}` : SEGMENT_ENDS[segment.status ?? ''];
  return `${who}${number}${segment.forwarded ? ', переадресация' : ''}${end ? ` — ${end}` : ''}`;
}

/** Which part of a call a recording holds, and at which extension, where each that talked was recorded. */
export function recordingWords(call: Call, index: number): string {
  const talked = call.segments.filter((segment) => segment.talk_us != null);
  const at = talked.length === call.recordings.length ? talked[index]?.extension?.number : undefined;
  return [`Запись разговора, часть ${index + 1}`, at].filter(Boolean).join(' · ');
}
