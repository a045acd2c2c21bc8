import { expect, test } from 'vitest';
import { lightOf, worstFirst, type ChannelHealth } from './light';

const green = (changed: Partial<ChannelHealth> = {}): ChannelHealth => ({
  id: 'a',
  name: 'Канал',
  channel: 'whatsapp',
  enabled: true,
  writes: true,
  light: 'green',
  causes: [],
  waiting: 0,
  oldest_waiting_at: null,
  stuck: 0,
  asked_at: null,
  ...changed,
});

const account = {
  connector: 'whatsapp',
  settings: { phone_number_id: '15551234' },
  secrets: { access_token: true },
  last_received_at: '2026-06-05T09:00:00Z' as string | null,
};

test('a channel without complaints is green, and no more is said of it', () => {
  expect(lightOf(green(), account)).toEqual({ color: 'good', word: 'работает', cause: 'Замечаний нет.' });
});

test('a channel from which nothing has come is not called a working one', () => {
  expect(lightOf(green(), { ...account, last_received_at: null })).toMatchObject({ color: 'off', word: 'нет событий' });
});

test('who cannot be written to is amber also for those who do not see the settings', () => {
  expect(lightOf(green({ writes: false }))).toMatchObject({ color: 'late', word: 'только приём' });
});

test('those who see the settings are told what sending lacks', () => {
  const light = lightOf(green({ writes: false }), { ...account, secrets: { access_token: false }, last_received_at: null });
  expect(light).toMatchObject({ color: 'late', word: 'только приём' });
  expect(light.cause).toContain('нужны токен доступа и идентификатор номера');
});

test('telephony is never written to, and without an application it cannot dial', () => {
  const phone = green({ channel: 'telephony', writes: false });
  expect(lightOf(phone).color).toBe('good');
  const telphin = { connector: 'telphin', settings: { app_id: 'x' }, last_received_at: account.last_received_at };
  expect(lightOf(phone, { ...telphin, secrets: { app_secret: true } }).color).toBe('good');
  expect(lightOf(phone, { ...telphin, secrets: { app_secret: false } }).cause).toContain('секрет приложения');
});

test('what the provider complains of goes before all else, with what waits', () => {
  const causes = [{ code: 'x', text: 'Токен отозван.', light: 'red' as const, repairable: false, since: null }];
  expect(lightOf(green({ light: 'red', causes, writes: false, waiting: 2 }), { ...account, last_received_at: null })).toEqual({
    color: 'bad',
    word: 'не работает',
    cause: 'Токен отозван. Ждут отправки: 2.',
  });
});

test('the worst stands first, and equals keep their order', () => {
  const lit = (['good', 'late', 'off', 'bad', 'late'] as const).map((color, id) => ({ id, light: { color, word: '', cause: '' } }));
  expect(worstFirst(lit).map(({ id }) => id)).toEqual([3, 1, 4, 2, 0]);
});
