import { expect, test } from 'vitest';
import { quoted } from '../src/shared/words/quoted';
import { act } from './browser';
import { useDemo } from './stage';

const stage = useDemo();

test('a message comes live: the row rises, the thread grows, the count goes when it was seen', async () => {
  const page = await stage.open('rop');
  await page.goto(`${stage.demo.url}/dialogs?tab=all`);
  await page.locator('a[href^="/dialogs/"]').first().waitFor();
  const words = `Проверка связи ${Date.now()}`;
  const posted = Date.now();
  await act(stage.demo, '/whatsapp/messages', { from: '+79005550001', name: 'Лев Живой', text: words });
  const row = page.getByRole('link', { name: new RegExp(words) });
  await row.waitFor({ timeout: 10_000 });
  const shownAfter = Date.now() - posted;
  console.log(`a new message is in the list after ${shownAfter} ms`);
  expect(shownAfter).toBeLessThan(5000);
  await row.getByText('1 непрочитанное').waitFor();

  const pressed = Date.now();
  await row.click();
  await page.getByRole('log').getByText(words).waitFor();
  console.log(`a conversation is open after ${Date.now() - pressed} ms`);
  const second = `Второе сообщение ${Date.now()}`;
  const again = Date.now();
  await act(stage.demo, '/whatsapp/messages', { from: '+79005550001', name: 'Лев Живой', text: second });
  await page.getByRole('log').getByText(second).waitFor({ timeout: 10_000 });
  console.log(`a new row is in the open thread after ${Date.now() - again} ms`);
  // Seen for a second: no longer unread.
  await page.waitForFunction(() => !document.querySelector('[aria-current="true"] [class*="unread"]'), undefined, { timeout: 10_000 });
});

test('an answer stands in the thread at once and its state climbs', async () => {
  const page = await stage.open('rop');
  const words = `Жду ответа ${Date.now()}`;
  await act(stage.demo, '/telegram/messages', { user_id: 6100000777, name: 'Ольга Ответная', text: words });
  await page.goto(`${stage.demo.url}/dialogs?tab=all`);
  await page.getByRole('link', { name: new RegExp(words) }).click();
  const answer = `Отвечаем ${Date.now()}`;
  await page.getByLabel('Текст ответа').fill(answer);
  await page.getByLabel('Текст ответа').press('Enter');
  const row = page.getByRole('article').filter({ hasText: answer });
  await row.waitFor({ timeout: 2000 });
  await row.getByText(/ушло|доставлено|прочитано/).waitFor();
  expect(await row.count()).toBe(1);
  expect(await page.getByLabel('Текст ответа').inputValue()).toBe('');
});

test('the search finds by any layout, and opens the client', async () => {
  const page = await stage.open('rop');
  await page.keyboard.press('Control+KeyK');
  await page.getByRole('combobox', { name: 'Поиск и команды' }).fill('gjktd'); // «полев» in the other layout
  const found = page.getByRole('option', { name: /Полев/ }).first();
  await found.waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/clients\/[0-9a-f-]+/);
  await page.getByRole('complementary', { name: 'Карточка клиента' }).waitFor();
});

test('a manager sees of a foreign client name, ИНН and responsible only', async () => {
  const boss = await stage.open('rop');
  await boss.goto(`${stage.demo.url}/clients`);
  const foreign = boss.getByRole('row').filter({ hasText: 'Павел Продажин' }).getByRole('link').first();
  const link = await foreign.getAttribute('href');
  const anna = await stage.open('anna');
  await anna.goto(stage.demo.url + link!);
  await anna.getByRole('heading', { name: 'Нет доступа. Ответственный — Павел Продажин' }).waitFor();
  expect(await anna.getByRole('log').count()).toBe(0);
});

test('a transfer shuts the card of the former manager at once', async () => {
  const boss = await stage.open('rop');
  await boss.goto(`${stage.demo.url}/clients`);
  const row = boss.getByRole('row').filter({ hasText: 'Анна Менеджерова' }).first();
  const link = await row.getByRole('link').first().getAttribute('href');
  const anna = await stage.open('anna');
  await anna.goto(stage.demo.url + link!);
  await anna.getByRole('complementary', { name: 'Карточка клиента' }).waitFor();
  await boss.goto(stage.demo.url + link!);
  await boss.getByRole('button', { name: 'Передать' }).click();
  const dialog = boss.getByRole('dialog');
  await dialog.getByRole('combobox', { name: 'Кому' }).click();
  await boss.getByRole('option', { name: 'Павел Продажин' }).click();
  await dialog.getByLabel('Почему').fill('Отпуск');
  await dialog.getByRole('button', { name: 'Передать' }).click();
  await anna.getByRole('heading', { name: /Нет доступа/ }).waitFor({ timeout: 10_000 });
});

test('two cards are joined with a preview and taken apart again', async () => {
  const page = await stage.open('rop');
  await page.goto(`${stage.demo.url}/clients?sort=-created_at`);
  const names = page.locator('td a[href^="/clients/"]');
  await names.first().waitFor();
  const [first, second] = [await names.nth(0).innerText(), await names.nth(3).innerText()];
  await names.nth(0).click();
  await page.getByRole('button', { name: 'Объединённые и похожие' }).click();
  await page.getByRole('button', { name: 'Объединить с…' }).click();
  await page.getByRole('combobox', { name: 'С какой карточкой объединить' }).fill(second);
  await page.getByRole('option', { name: second }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Объединить карточки' });
  await dialog.getByText('Ничего не удаляется').waitFor();
  for (const group of await dialog.getByRole('radiogroup').all()) {
    await group.getByRole('radio').first().check();
  }
  await dialog.getByRole('button', { name: 'Объединить' }).click();
  await page.getByText('Карточки объединены').waitFor();
  await page.getByText(quoted(second)).first().waitFor();
  await page.getByRole('button', { name: 'Отменить' }).click();
  await page.getByText('Объединённых и похожих нет').waitFor();
  await page.goto(`${stage.demo.url}/clients?sort=-created_at`);
  await page.getByRole('link', { name: second, exact: true }).first().waitFor();
  expect(await page.getByRole('link', { name: first, exact: true }).count()).toBeGreaterThan(0);
});

test('a client is made with checks of the ИНН, and the same ИНН again names it', async () => {
  const page = await stage.open('anna');
  await page.goto(`${stage.demo.url}/clients`);
  const make = async (name: string) => {
    await page.getByRole('button', { name: 'Новый клиент' }).click();
    const form = page.getByRole('dialog');
    await form.getByRole('textbox', { name: 'Название' }).fill(name);
    await form.getByRole('textbox', { name: 'ИНН' }).fill('7707083894');
    await form.getByText('не сходится контрольная цифра').waitFor();
    await form.getByRole('textbox', { name: 'ИНН' }).fill('7707083893');
    await form.getByRole('button', { name: 'Создать' }).click();
    return form;
  };
  await make('ООО «Пробная»');
  await page.waitForURL(/\/clients\/[0-9a-f-]+/);
  await page.getByRole('heading', { name: 'ООО «Пробная»' }).first().waitFor();
  await page.goto(`${stage.demo.url}/clients`);
  const form = await make('ООО «Двойник»');
  await form.getByText('Клиент с таким ИНН уже есть').waitFor();
  await form.getByRole('link', { name: /^Открыть (его )?карточку/ }).waitFor();
});

test('on a phone the list and the thread are one pane each, with a way back', async () => {
  const page = await stage.open('anna', { width: 360, height: 740 });
  await page.goto(`${stage.demo.url}/dialogs`);
  await page.locator('a[href^="/dialogs/"]').first().click();
  await page.getByRole('log').waitFor();
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  expect(sideways).toBe(false);
  await page.getByRole('button', { name: 'Назад к списку' }).click();
  await page.getByRole('tab', { name: /Мои/ }).waitFor();
});

test('a filter of the timeline is said in words and taken back', async () => {
  const page = await stage.open('rop');
  await page.goto(`${stage.demo.url}/clients?text=${encodeURIComponent('Виктор Полев')}`);
  await page.getByRole('main').getByRole('list').getByRole('link').first().click();
  await page.getByRole('log').waitFor();
  await page.getByRole('group', { name: 'Что показывать в ленте' }).getByText('Звонки').click();
  await page.getByText('Показаны звонки').waitFor();
  await page.getByRole('button', { name: 'Сбросить' }).click();
  await page.getByRole('log').getByText('Вижу, спасибо').waitFor();
});
