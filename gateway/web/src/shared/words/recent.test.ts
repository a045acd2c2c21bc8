import { expect, test } from 'vitest';
import type { Schema } from '@/api/client';
import { recentWords } from './recent';

const entry = (changed: object) => ({ kind: 'message', ...changed }) as Schema<'TimelineEntry'>;

test('calls are told apart: who called whom, and what came of it', () => {
  expect(recentWords(entry({ kind: 'call', direction: 'inbound', call: { outcome: 'missed' } }))).toBe('пропущенный звонок');
  const talk = entry({ kind: 'call', direction: 'outbound', call: { outcome: 'answered', talk_us: 120_000_000 } });
  expect(recentWords(talk).replaceAll('\u00a0', ' ')).toBe('исходящий, 2 мин');
});

test('a message is told by its words, and a file by its kind', () => {
  expect(recentWords(entry({ text: 'Добрый день' }))).toBe('Добрый день');
  expect(recentWords(entry({ text: null, content: { type: 'media', media: { kind: 'voice' } } }))).toBe('голосовое');
  expect(recentWords(entry({ text: null }))).toBe('сообщение');
});
