import type { Schema } from '@/api/client';
import { date } from '@/shared/format';

type Handover = Pick<Schema<'Handover'>, 'from' | 'to' | 'ends_at' | 'ended_at' | 'outcome'>;

/** Why a client did not go back; the days are the company's. */
export function notReturned({ from, to, ends_at, ended_at, outcome }: Handover, zone: string): string {
  const head = `Не вернулся (${from.name})`;
  switch (outcome) {
    case 'disabled':
      return `${head}: к ${date(ends_at, zone)} сотрудник отключён. Клиент остался: ${to.name}.`;
    case 'joined':
      return `${head}: к ${date(ends_at, zone)} карточку объединили с другой, ответственный — как в ней.`;
    case 'moved':
      return `${head}: ${date(ended_at ?? ends_at, zone)} клиент передан другому, возврат отменён.`;
    default:
      return head;
  }
}
