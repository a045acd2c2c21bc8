import { expect, test } from 'vitest';
import { moved, orderOf, placesOf, without } from './order';

const ORDER = [['whatsapp'], ['telegram', 'max'], ['sms']];

test('an order is taken apart and put together again', () => {
  expect(orderOf(placesOf(ORDER))).toEqual(ORDER);
});

test('whoever comes first is equal to nobody', () => {
  const places = placesOf(ORDER);
  expect(orderOf(moved(moved(places, 2, -1), 1, -1))).toEqual([['max'], ['whatsapp'], ['telegram'], ['sms']]);
  expect(orderOf(without(without(places, 'whatsapp'), 'telegram'))).toEqual([['max'], ['sms']]);
});
