import type { Schema } from '@/api/client';
import { dateTime } from '@/shared/format';
import { CONSENT_KINDS, CONSENT_STATES } from '@/shared/words/consent';

const WORDS: Record<Schema<'ConsentWord'>, string> = { ...CONSENT_STATES, resumed: 'снова включено клиентом' };

/** «Рекламные сообщения: отозвано 22.11.2026 10:00». */
export function consentWords(view: Schema<'ConsentView'>): string {
  const since = view.entry ? ` ${dateTime(view.entry.at)}` : '';
  return `${CONSENT_KINDS[view.kind]}: согласие ${CONSENT_STATES[view.state]}${since}`;
}

/** One word of the history: what, whose, and in which words. */
export function wordOfConsent(entry: Schema<'ConsentEntry'>): string {
  const what = `${CONSENT_KINDS[entry.kind]}: ${WORDS[entry.word]}`;
  const quote = entry.quote ? `: «${entry.quote}»` : '';
  const by = entry.account ? `, ${entry.account}` : '';
  switch (entry.source) {
    case 'stop_word':
      return `${what}. Клиент написал${by}${quote}`;
    case 'provider':
      return `${what}. Настройка клиента в мессенджере${by}`;
    case 'person':
      return `${what}. Записал ${entry.by ?? 'сотрудник'}${quote}`;
  }
}
