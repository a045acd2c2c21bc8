import type { Schema } from '@/api/client';
import { duration, phone } from '@/shared/format';

type Entry = Schema<'TimelineEntry'>;
type Call = Schema<'CallEntry'>;

/** «Исходящий, 4 мин 12 с» */
export function callTitle(entry: Entry): string {
  const call = entry.call;
  if (!call) return 'Звонок';
  const side = entry.direction === 'outbound' ? 'Исходящий' : 'Входящий';
  switch (call.outcome) {
    case 'ringing':
      return entry.direction === 'outbound' ? 'Исходящий, идёт вызов' : 'Входящий, звонит';
    case 'talking':
      return `${side}, разговор идёт`;
    case 'answered':
      return call.talk_us != null ? `${side}, ${duration(call.talk_us)}` : `${side}, разговор`;
    case 'missed':
      return 'Пропущенный звонок';
    case 'busy':
      return 'Исходящий, занято';
    case 'not_answered':
      return 'Исходящий, не ответили';
    case 'cancelled':
      return `${side}, отменён`;
    case 'unavailable':
      return 'Исходящий, номер недоступен';
    case 'failed':
      return `${side}, не состоялся`;
    default:
      return `${side}, исход неизвестен`;
  }
}

/** Who talked, how long it rang, on which line. */
export function callDetail(call: Call): string[] {
  const parts: string[] = [];
  const employee = call.extension?.name ?? (call.extension && `добавочный ${call.extension.number}`);
  if (employee) parts.push(employee);
  if (call.ring_us != null) parts.push(`ожидание ${duration(call.ring_us)}`);
  if (call.line) parts.push(`линия ${phone(call.line)}`);
  if (call.number_withheld) parts.push('номер скрыт');
  else if (call.number_text) parts.push(`номер «${call.number_text}»`);
  return parts;
}
