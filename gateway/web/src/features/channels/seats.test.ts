import { expect, test } from 'vitest';
import { seatsOf, type Seated } from './seats';

const seat = (account_id: string, number: string, name: string): Seated => ({ account_id, number, user: { id: name, name } });

test('the extensions of the settings and those taken make one list', () => {
  const seated = [seat('a', '103', 'Анна'), seat('a', '101', 'Борис'), seat('b', '104', 'Вера')];
  expect(seatsOf('a', '101, 102', seated)).toEqual([
    { number: '101', user: { id: 'Борис', name: 'Борис' } },
    { number: '102', user: undefined },
    { number: '103', user: { id: 'Анна', name: 'Анна' } },
  ]);
});

test('an extension is named as it is dialled, however the settings write it', () => {
  expect(seatsOf('a', ['10129*101@sipproxy.telphin.ru', '099'], []).map((seat) => seat.number)).toEqual(['099', '101']);
  expect(seatsOf('a', null, [])).toEqual([]);
});
