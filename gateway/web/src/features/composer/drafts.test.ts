import { expect, test } from 'vitest';
import { meet, type StoredDraft } from './drafts';

const stored = (text: string, version: number): StoredDraft => ({ kind: 'reply', subject_id: 'talk', text, version });

test('an untouched field takes what the other device wrote', () => {
  expect(meet({ text: 'Да', saved: 'Да', version: 1 }, stored('Да, завтра', 2))).toEqual({
    local: { text: 'Да, завтра', saved: 'Да, завтра', version: 2 },
  });
});

test('own words stay when the other words were sent, and go over them', () => {
  expect(meet({ text: 'Да, но', saved: 'Да', version: 1 }, stored('', 2))).toEqual({
    local: { text: 'Да, но', saved: '', version: 2 },
  });
});

test('two different texts are left to the person', () => {
  const local = { text: 'Нет', saved: '', version: 1 };
  expect(meet(local, stored('Да', 2))).toEqual({ local, other: 'Да' });
});

test('what is older or known changes nothing', () => {
  const local = { text: 'Нет', saved: '', version: 3 };
  expect(meet(local, stored('Да', 3))).toEqual({ local });
});
