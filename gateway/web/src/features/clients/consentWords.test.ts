import { expect, test } from 'vitest';
import type { Schema } from '@/api/client';
import { consentWords, wordOfConsent } from './consentWords';

const STOP: Schema<'ConsentEntry'> = {
  id: '1',
  kind: 'advertising',
  word: 'withdrawn',
  source: 'stop_word',
  identity_id: 'a',
  account: 'SMS',
  quote: 'СТОП',
  at: '2026-11-22T10:00:00Z',
  by: null,
};

test('what is in force says since when', () => {
  expect(consentWords({ kind: 'advertising', state: 'withdrawn', entry: STOP })).toMatch(
    /^Рекламные сообщения: согласие отозвано .*2026/,
  );
  expect(consentWords({ kind: 'service', state: 'unknown', entry: null })).toBe('Служебные сообщения: согласие неизвестно');
});

test('a word of the history says whose it is and on what ground', () => {
  expect(wordOfConsent(STOP)).toBe('Рекламные сообщения: отозвано. Клиент написал, SMS: «СТОП»');
  const given = { ...STOP, word: 'given', source: 'person', account: null, quote: 'по телефону', by: 'Анна' } as const;
  expect(wordOfConsent(given)).toBe('Рекламные сообщения: получено. Записал Анна: «по телефону»');
  const off = { ...STOP, source: 'provider', account: 'WhatsApp', quote: 'User requested' } as const;
  expect(wordOfConsent(off)).toBe('Рекламные сообщения: отозвано. Настройка клиента в мессенджере, WhatsApp');
});
