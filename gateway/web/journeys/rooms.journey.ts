import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { seriousFindings, useDemo } from './stage';

const stage = useDemo();

async function openRoom(page: Page, name: string): Promise<void> {
  await page.goto(`${stage.demo.url}/rooms`);
  await page.getByRole('link', { name: new RegExp(name) }).click();
  await page.getByRole('heading', { name, level: 1 }).waitFor();
}

/** Some of the demo's people are members from the start. */
async function join(page: Page): Promise<void> {
  const enter = page.getByRole('button', { name: 'Вступить' });
  const field = page.getByLabel('Текст сообщения');
  await enter.or(field).first().waitFor();
  if (await enter.isVisible()) await enter.click();
  await field.waitFor();
}

async function say(page: Page, words: string): Promise<void> {
  await page.getByLabel('Текст сообщения').fill(words);
  await page.getByLabel('Текст сообщения').press('Enter');
  await page.getByRole('log').getByText(words).waitFor();
}

test('a mention with a file reaches the colleague live, is answered, edited and found', async () => {
  const anna = await stage.open('anna');
  const boss = await stage.open('director');
  await openRoom(boss, 'Отгрузки');
  await join(boss);
  await boss.goto(`${stage.demo.url}/dialogs`);
  await openRoom(anna, 'Отгрузки');
  await join(anna);

  const words = `машина ${Date.now()}`;
  const field = anna.getByLabel('Текст сообщения');
  await field.pressSequentially('@Викт');
  await anna.getByRole('option', { name: 'Виктор Директоров' }).waitFor();
  await field.press('Enter');
  await field.pressSequentially(words);
  await anna.locator('input[type=file]').setInputFiles({
    name: 'накладная.txt',
    mimeType: 'text/plain',
    buffer: Buffer.from('Десять тонн'),
  });
  await anna.getByLabel('Убрать: накладная.txt').waitFor();
  await field.press('Enter');
  await anna.getByRole('article').filter({ hasText: words }).getByText('накладная.txt').waitFor();

  const notice = boss.getByText('Анна Менеджерова упоминает вас');
  await notice.waitFor({ timeout: 10_000 });
  await boss.getByRole('link', { name: /непрочитанный чат/ }).waitFor();
  await notice.click();
  await boss.waitForURL(/\/rooms\//);
  const row = boss.getByRole('article').filter({ hasText: words });
  await row.waitFor();
  // Seen for a second: no longer unread, on any device.
  await boss.getByRole('link', { name: /непрочитанный чат/ }).waitFor({ state: 'detached', timeout: 10_000 });

  await row.hover();
  await row.getByRole('button', { name: 'Поставить реакцию' }).click();
  await boss.getByRole('button', { name: 'Реакция 👍' }).click();
  await anna.getByRole('button', { name: '👍: Виктор Директоров' }).waitFor({ timeout: 10_000 });
  await row.hover();
  await row.getByRole('button', { name: 'Ответить' }).click();
  const answer = `отпускаю ${Date.now()}`;
  await say(boss, answer);
  const answered = anna.getByRole('article').filter({ hasText: answer });
  await answered.getByText(words).waitFor({ timeout: 10_000 });

  const own = anna.getByRole('article').filter({ hasText: words }).first();
  await own.hover();
  await own.getByRole('button', { name: 'Ещё' }).click();
  await anna.getByRole('menuitem', { name: 'Изменить' }).click();
  await anna.getByLabel('Текст сообщения').fill(`${words} уехала`);
  await anna.getByLabel('Текст сообщения').press('Enter');
  await boss.getByText(`${words} уехала`).first().waitFor({ timeout: 10_000 });
  await boss.getByRole('button', { name: 'изменено' }).click();
  await boss.getByRole('dialog').getByText(`@Виктор Директоров ${words}`, { exact: true }).waitFor();

  await anna.getByLabel('Поиск по чатам').fill(words.split(' ')[1]!);
  await anna.getByRole('list', { name: 'Найденные сообщения' }).getByRole('link').first().click();
  await anna.waitForURL(/at=/);
  await anna.getByRole('article').filter({ hasText: 'уехала' }).first().waitFor();
}, 90_000);

test('a voice message is recorded in a room, and the director gets it in his Telegram', async () => {
  const page = await stage.open('rop');
  await openRoom(page, 'Отгрузки');
  await join(page);
  await page.getByRole('button', { name: 'Записать голосовое' }).click();
  await page.getByText('0:02').waitFor();
  await page.getByRole('button', { name: 'Стоп' }).click();
  await page.getByRole('button', { name: 'Отправить голосовое' }).click();
  const voice = page.getByRole('group', { name: 'Голосовое' }).filter({ hasText: /0:0[23]/ });
  const row = page.getByRole('article').filter({ has: voice }).last();
  await row.waitFor({ timeout: 15_000 });
  await page.getByLabel('Текст сообщения').waitFor();
  await row.getByText('доставлено в Telegram').waitFor({ timeout: 20_000 });
}, 60_000);

test('a closed room is made with members, and nobody else finds it', async () => {
  const anna = await stage.open('anna');
  await anna.goto(`${stage.demo.url}/rooms`);
  await anna.getByRole('button', { name: 'Новый чат' }).click();
  const name = `Тихий ${Date.now()}`;
  await anna.getByLabel('Название').fill(name);
  await anna.getByRole('combobox', { name: 'Участники' }).fill('Марина');
  await anna.getByRole('option', { name: 'Марина Ропова' }).click();
  await anna.getByLabel('Название').click();
  await anna.getByRole('button', { name: 'Создать' }).click();
  await anna.getByRole('heading', { name, level: 1 }).waitFor();
  await say(anna, 'Между нами');
  const address = anna.url();
  const marina = await stage.open('rop');
  await marina.goto(address);
  await marina.getByRole('log').getByText('Между нами').waitFor();
  const pavel = await stage.open('pavel');
  await pavel.goto(address);
  await pavel.getByRole('alert').waitFor();
  expect(await pavel.getByText('Между нами').count()).toBe(0);
  await pavel.goto(`${stage.demo.url}/rooms`);
  await pavel.getByRole('link', { name: /Юрист/ }).waitFor();
  expect(await pavel.getByText(name).count()).toBe(0);
}, 60_000);

test.each([
  { width: 1440, dark: false },
  { width: 1440, dark: true },
  { width: 360, dark: false },
])('a room has nothing serious for axe: $width px, dark $dark', async ({ width, dark }) => {
  const page = await stage.open('rop', { width, height: 800, dark });
  await openRoom(page, 'Юрист');
  await join(page);
  await say(page, `Договор ${width} ${dark}`);
  await page.waitForTimeout(300);
  const findings = await seriousFindings(page, 'a room');
  await page.getByRole('button', { name: 'Участники и настройки чата' }).click();
  await page.getByRole('button', { name: 'Выйти' }).or(page.getByLabel('Текст сообщения')).first().waitFor();
  findings.push(...(await seriousFindings(page, 'a room and its members')));
  expect(findings).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
}, 60_000);

test('the director unbinds his Telegram and takes a code anew, and the administrator sees his group', async () => {
  const admin = await stage.open('admin');
  await admin.goto(`${stage.demo.url}/settings/bridge`);
  await admin.getByRole('radio', { name: 'Мост', exact: true, checked: true }).waitFor();
  await admin.getByRole('button', { name: 'Проверить права бота' }).click();
  await admin.getByText('Всё готово: бот может вести темы.').waitFor();
  await admin.getByRole('switch', { name: /^Отгрузки/, checked: true }).waitFor();
  const boss = await stage.open('director');
  await boss.goto(`${stage.demo.url}/settings/profile`);
  await boss.getByRole('button', { name: 'Отвязать' }).click();
  await boss.getByText('Не связан.').waitFor();
  await boss.getByRole('button', { name: 'Связать с Telegram' }).click();
  const code = boss.getByRole('textbox', { name: 'Сообщение боту' });
  await code.waitFor();
  expect(await code.inputValue()).toMatch(/^\/start [0-9a-f]{20}$/);
  await admin.goto(`${stage.demo.url}/settings/profile`);
  await admin.getByRole('heading', { name: 'Сергей Админов' }).waitFor();
  expect(await admin.getByRole('button', { name: 'Связать с Telegram' }).count()).toBe(0);
}, 60_000);
