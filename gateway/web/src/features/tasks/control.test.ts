import { expect, test } from 'vitest';
import { controlFilter } from './control';
import { TasksSearch } from './search';

test('an address asks for what it says, and nonsense is left out', () => {
  const author = '0190aaaa-0000-7000-8000-000000000002';
  const search = TasksSearch({ view: 'control', author, kind: 'call', from: '2026-11-01', until: '2026', order: 'name', state: 'lost', responsible: 'me' });
  expect(controlFilter(search)).toEqual({ author, kind: 'call', from: '2026-11-01', sort: '-created_at' });
});
