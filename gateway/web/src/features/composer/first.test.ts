import { expect, test } from 'vitest';
import type { Schema } from '@/api/client';
import { firstPlaces } from './first';

const way = (channel: string, conversation: string | null, usable: boolean): Schema<'WayView'> => ({
  account_id: channel,
  account: channel,
  channel,
  conversation_id: conversation,
  light: 'green',
  usable,
  reason: '',
});

test('ways that lead to nobody or to a conversation that exists begin none, and what takes words stands first', () => {
  const ways = [way('max', null, false), way('whatsapp', 'by-wa', false), way('telegram', 'talk', true), way('sms', 'by-sms', true)];
  const places = firstPlaces(ways, [{ id: 'talk' } as never], { id: 'anna', name: 'Анна' });
  expect(places.map((place) => [place.id, place.account?.id, place.contact.name])).toEqual([
    ['by-sms', 'sms', 'Анна'],
    ['by-wa', 'whatsapp', 'Анна'],
  ]);
});
