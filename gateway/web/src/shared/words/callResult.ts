import type { Schema } from '@/api/client';

/** A result that the hub learns does not compile until it has words. */
export const CALL_RESULTS: Record<Schema<'CallResult'>, string> = {
  agreed: 'Договорились',
  call_again: 'Перезвонить',
  sending_documents: 'Отправляем документы',
  not_interested: 'Не интересно',
  not_reached: 'Не застали нужного человека',
  wrong_number: 'Ошиблись номером',
};
