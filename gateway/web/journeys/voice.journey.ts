import { expect, test } from 'vitest';
import { useDemo } from './stage';

const stage = useDemo();

test('a voice message is recorded, listened to, sent, and its client gets it as a voice message', async () => {
  const page = await stage.open('admin');
  await page.goto(`${stage.demo.url}/dialogs?tab=all&channels=whatsapp`);
  await page.locator('a[href^="/dialogs/"]').first().click();
  await page.getByRole('button', { name: 'Записать голосовое' }).click();
  await page.getByText('0:02').waitFor();
  await page.getByRole('button', { name: 'Стоп' }).click();
  await page.getByRole('button', { name: 'Прослушать' }).click();
  await page.getByRole('button', { name: 'Остановить прослушивание' }).waitFor();
  await page.getByRole('button', { name: 'Прослушать' }).waitFor({ timeout: 10_000 });
  await page.getByRole('button', { name: 'Отправить голосовое' }).click();
  const voice = page.getByRole('group', { name: 'Голосовое' }).filter({ hasText: /0:0[23]/ });
  const row = page.getByRole('log').getByRole('article').filter({ has: voice }).last();
  await row.getByText(/ушло|доставлено|прочитано/).waitFor({ timeout: 15_000 });
  const phone = await fetch(`${stage.demo.fakes.control}/phone?provider=whatsapp&limit=1000`);
  const { arrivals } = (await phone.json()) as { arrivals: { kind: string }[] };
  expect(arrivals.some((arrival) => arrival.kind === 'voice')).toBe(true);
});

test('a refused microphone says what to press, and the field stays', async () => {
  const page = await stage.open('admin');
  await page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'));
  });
  await page.goto(`${stage.demo.url}/dialogs?tab=all&channels=whatsapp`);
  await page.locator('a[href^="/dialogs/"]').first().click();
  await page.getByRole('button', { name: 'Записать голосовое' }).click();
  await page.getByText(/Микрофон для этой страницы запрещён/).waitFor();
  expect(await page.getByRole('textbox', { name: 'Текст ответа' }).isEnabled()).toBe(true);
});
