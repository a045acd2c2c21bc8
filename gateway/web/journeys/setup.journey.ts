import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { openBrowser, openContext } from './browser';
import { Hub } from './hub';
import { useDemo } from './stage';

const stage = useDemo();

test('a channel is connected step by step, and its first event is noticed', async () => {
  const page = await stage.open('admin');
  await page.goto(`${stage.demo.url}/settings/channels`);
  await page.getByRole('link', { name: 'Подключить канал' }).click();
  await page.getByRole('button', { name: 'WhatsApp Business' }).click();
  await page.getByRole('textbox', { name: 'Название канала' }).fill('WhatsApp склада');
  await page.getByRole('textbox', { name: 'Секрет приложения', exact: true }).fill('journey-app-secret-1');
  await page.getByRole('button', { name: 'Подключить' }).click();
  await page.getByText('Секреты показаны один раз').waitFor();
  await page.getByText('Ждём первое событие').waitFor();
  const hook = await page.getByRole('textbox', { name: 'Адрес вебхука' }).inputValue();
  const body = JSON.stringify({ object: 'whatsapp_business_account', entry: [] });
  const post = (signature: string) =>
    fetch(hook, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` },
      body,
    });
  expect((await post('0'.repeat(64))).status).toBe(401);
  await page.getByText('Секрет здесь и у провайдера не совпадает').waitFor({ timeout: 30_000 });
  const right = createHmac('sha256', 'journey-app-secret-1').update(body).digest('hex');
  expect((await post(right)).status).toBe(200);
  await page.getByText('Канал работает').waitFor({ timeout: 30_000 });
});

test('what is not understood lies in quarantine, can be looked into and read again', async () => {
  const page = await stage.open('admin');
  await page.goto(`${stage.demo.url}/settings/channels/new?connector=whatsapp`);
  await page.getByRole('textbox', { name: 'Название канала' }).fill('WhatsApp карантина');
  await page.getByRole('textbox', { name: 'Секрет приложения', exact: true }).fill('journey-app-secret-2');
  await page.getByRole('button', { name: 'Подключить' }).click();
  const hook = await page.getByRole('textbox', { name: 'Адрес вебхука' }).inputValue();
  const change = { field: 'field_of_tomorrow', value: { novelty: true } };
  const body = JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: '900000000000001', changes: [change] }] });
  const signature = createHmac('sha256', 'journey-app-secret-2').update(body).digest('hex');
  const posted = await fetch(hook, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` },
    body,
  });
  expect(posted.status).toBe(200);
  await page.goto(`${stage.demo.url}/settings/raw-events?state=quarantined`);
  await expect.poll(async () => {
    await page.reload();
    await page.getByRole('heading', { name: 'Журнал событий канала' }).waitFor();
    await page.waitForTimeout(500);
    return page.locator('td button').count();
  }, { timeout: 20_000 }).toBeGreaterThan(0);
  await page.locator('td button').first().click();
  const inside = page.getByRole('dialog', { name: 'Событие канала' });
  await inside.getByText('field_of_tomorrow').first().waitFor();
  await inside.getByRole('heading', { name: 'Не понято' }).waitFor();
  await inside.getByRole('button', { name: 'Прочитать заново' }).click();
  await page.getByText('в карантине осталось 1').waitFor();
});

test('a user is made, sets his password by the link and enters with his role', async () => {
  const page = await stage.open('admin');
  // Another try finds the first one's user.
  const login = `olga${Date.now()}`;
  const name = `Ольга Новикова ${login.slice(-4)}`;
  await page.goto(`${stage.demo.url}/settings/users`);
  await page.getByRole('button', { name: 'Новый пользователь' }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel('Имя и фамилия').fill(name);
  await form.getByLabel('Логин').fill(login);
  await form.getByRole('button', { name: 'Создать и получить ссылку' }).click();
  const link = await page.getByRole('textbox', { name: 'По ней задаётся пароль, один раз' }).inputValue();
  const olga = await stage.open('');
  await olga.goto(link);
  await olga.getByLabel('Новый пароль', { exact: true }).fill('длинная фраза для входа');
  await olga.getByRole('button', { name: 'Сохранить и перейти ко входу' }).click();
  await olga.getByText('Пароль задан').waitFor();
  await olga.getByLabel('Логин').fill(login);
  await olga.getByRole('textbox', { name: 'Пароль' }).fill('длинная фраза для входа');
  await olga.getByRole('button', { name: 'Войти' }).click();
  await olga.getByRole('tab', { name: /Мои/ }).waitFor();
  await olga.goto(`${stage.demo.url}/settings`);
  expect(await olga.getByRole('link', { name: 'Пользователи' }).count()).toBe(0);
  // Shut out: the open tab goes back to the door within seconds.
  await page.getByRole('button', { name: `Действия: ${name}` }).click();
  await page.getByRole('menuitem', { name: 'Отключить' }).click();
  await olga.getByText('Сеанс закончился').waitFor({ timeout: 30_000 });
});

test('a wrong password is told, and the field keeps the log-in', async () => {
  const page = await stage.open('');
  await page.goto(stage.demo.url);
  await page.getByLabel('Логин').fill('anna');
  await page.getByRole('textbox', { name: 'Пароль' }).fill('не тот пароль');
  await page.getByRole('button', { name: 'Войти' }).click();
  await page.getByText('Неверный логин или пароль').waitFor();
  expect(await page.getByLabel('Логин').inputValue()).toBe('anna');
});

test('a fresh installation leads from the link of the terminal to the first channel', async () => {
  const { hub, link } = await Hub.fresh();
  const browser = await openBrowser();
  try {
    const page = await (await openContext(browser, { width: 1440, height: 900, dark: false })).newPage();
    await page.goto(link);
    await page.getByLabel('Имя и фамилия').fill('Пётр Первый');
    await page.getByLabel('Логин').fill('petr');
    await page.getByRole('textbox', { name: 'Пароль' }).fill('первый пароль системы');
    await page.getByRole('button', { name: 'Создать администратора' }).click();
    await page.getByRole('heading', { name: 'Первый канал' }).waitFor();
    await page.getByRole('link', { name: 'Сделать это позже' }).click();
    await page.getByText('Диалогов пока нет').waitFor();
  } finally {
    await browser.close();
    await hub.stop();
  }
});
