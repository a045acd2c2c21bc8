import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { act } from './browser';
import { seriousFindings, useDemo } from './stage';

const stage = useDemo();

/** What a client writes, and his conversation on the screen. */
async function openTalk(page: Page, from: string, name: string, text: string): Promise<void> {
  await act(stage.demo, '/whatsapp/messages', { from, name, text });
  await page.goto(`${stage.demo.url}/dialogs?tab=all`);
  await page.getByRole('region', { name: 'Диалоги' }).getByRole('link', { name: new RegExp(name) }).click();
  await page.getByRole('log').getByText(text).waitFor();
}

/** The id of a thing whose name is in an answer of the hub. */
async function asked<T>(page: Page, path: string, data?: unknown): Promise<T> {
  const options = { headers: { Origin: stage.demo.url } };
  const url = `${stage.demo.url}/api${path}`;
  const answer = data ? await page.request.post(url, { ...options, data }) : await page.request.get(url, options);
  if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
  return (await answer.json()) as T;
}

test('the counters of a card grow live, and each opens its list', async () => {
  const page = await stage.open('rop');
  const [from, name] = ['+79005550301', 'Счётов Семён'];
  await openTalk(page, from, name, 'Первое сообщение');
  const card = page.getByRole('complementary', { name: 'Карточка клиента' });
  await card.getByRole('button', { name: 'Сообщения 1' }).waitFor();
  await card.getByRole('button', { name: 'Открытые диалоги 1' }).waitFor();
  await act(stage.demo, '/whatsapp/messages', { from, name, text: 'Второе сообщение' });
  await card.getByRole('button', { name: 'Сообщения 2' }).waitFor({ timeout: 10_000 });
  await page.getByRole('tab', { name: 'Комментарий' }).click();
  await page.getByRole('textbox', { name: /омментари/ }).fill('Проверить оплату');
  await page.keyboard.press('Enter');
  await card.getByRole('button', { name: 'Комментарии 1' }).waitFor({ timeout: 10_000 });
  await card.getByRole('button', { name: 'Комментарии 1' }).click();
  await page.getByText('Показаны комментарии').waitFor();
  const log = page.getByRole('log');
  await log.getByText('Проверить оплату').waitFor();
  expect(await log.getByText('Второе сообщение').count()).toBe(0);
  await page.getByRole('button', { name: 'Сбросить' }).click();
  await log.getByText('Второе сообщение').waitFor();
  await card.getByRole('button', { name: 'Открытые диалоги 1' }).click();
  await card.getByRole('link', { name: new RegExp(name) }).waitFor();
  expect(await seriousFindings(page, 'a card with its counters')).toEqual([]);
}, 60_000);

test('on a phone a counter puts the card away and shows its rows', async () => {
  const page = await stage.open('rop', { width: 360, height: 780 });
  await openTalk(page, '+79005550302', 'Узкий Устин', 'С телефона');
  await page.getByRole('button', { name: 'Карточка клиента' }).click();
  const card = page.getByRole('complementary', { name: 'Карточка клиента' });
  const counter = card.getByRole('button', { name: 'Сообщения 1' });
  await counter.waitFor();
  expect((await counter.boundingBox())!.height).toBeGreaterThanOrEqual(44);
  await counter.click();
  await card.waitFor({ state: 'detached' });
  await page.getByText('Показаны сообщения').waitFor();
  await page.getByRole('button', { name: 'Сбросить' }).click();
}, 60_000);

test('for a person of two companies the last pin is suggested, and one press pins what follows', async () => {
  const page = await stage.open('rop');
  const [from, name] = ['+79005550303', 'Двоев Денис'];
  await openTalk(page, from, name, 'Раз');
  for (const text of ['Два', 'Три']) await act(stage.demo, '/whatsapp/messages', { from, name, text });
  await page.getByRole('log').getByText('Три').waitFor({ timeout: 10_000 });
  const id = page.url().split('/dialogs/')[1]!.split('?')[0]!;
  const { contact } = await asked<{ contact: { id: string } }>(page, `/conversations/${id}`);
  const company = await asked<{ id: string }>(page, '/clients', { name: 'ООО Двойка' });
  await asked(page, `/contacts/${contact.id}/clients`, { client_id: company.id });
  await page.reload();
  const log = page.getByRole('log');
  const undecided = log.getByRole('button', { name: 'не распределено' });
  await undecided.first().waitFor();
  expect(await undecided.count()).toBe(3);
  await undecided.first().click();
  await page.getByRole('menuitem', { name: 'ООО Двойка' }).waitFor();
  expect(await page.getByText(/Вероятно/).count()).toBe(0);
  await page.getByRole('menuitem', { name: 'ООО Двойка' }).click();
  await expect.poll(() => undecided.count()).toBe(2);
  // What is another company's now is not counted here.
  const card = page.getByRole('complementary', { name: 'Карточка клиента' });
  await card.getByRole('button', { name: 'Сообщения 2' }).waitFor({ timeout: 10_000 });
  await undecided.first().click();
  await page.getByRole('menuitemcheckbox', { name: 'И все следующие нераспределённые' }).click();
  await page.getByRole('menuitem', { name: /Вероятно, ООО Двойка/ }).click();
  await page.getByText(/Распределено 2\s+записи/).waitFor();
  await expect.poll(() => undecided.count()).toBe(0);
}, 60_000);

test('«Отправить и закрыть» closes with the answer, and the next message opens again', async () => {
  stage.noNight();
  const page = await stage.open('rop');
  const [from, name] = ['+79005550304', 'Закроев Захар'];
  await openTalk(page, from, name, 'Спасибо, вопросов нет');
  await page.getByLabel('Текст ответа').fill('Всего доброго!');
  await page.mouse.move(900, 10);
  await page.keyboard.press('Control+Shift+Enter');
  await page.getByText('Диалог закрыт').waitFor();
  await page.getByRole('article').filter({ hasText: 'Всего доброго!' }).getByText(/ушло|доставлено|прочитано/).waitFor();
  const list = page.getByRole('region', { name: 'Диалоги' });
  const row = list.getByRole('link', { name: new RegExp(name) });
  await row.waitFor({ state: 'detached' });
  await act(stage.demo, '/whatsapp/messages', { from, name, text: 'Ах да, ещё одно' });
  await row.waitFor({ timeout: 10_000 });

  await page.getByLabel('Текст ответа').fill('Вернёмся к этому позже');
  await page.getByRole('button', { name: 'Отправить и закрыть или отложить' }).click();
  await page.getByRole('menuitem', { name: 'Отправить и отложить…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Отложить до…' });
  await dialog.getByLabel('День').fill('01.01.2020');
  await dialog.getByText('Это время уже прошло.').waitFor();
  await dialog.getByRole('button', { name: 'Завтра в 9:00' }).click();
  await dialog.getByRole('button', { name: 'Отправить и отложить' }).click();
  await page.getByText('Диалог отложен до завтра, 9:00').waitFor();
  await row.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Вернуть' }).last().click();
  await row.waitFor();
}, 60_000);

test('the end of a dialogue stays in sight while the field comes, grows and shrinks, and whoever reads above is not moved', async () => {
  const page = await stage.open('rop');
  const [from, name] = ['+79005550305', 'Долгов Демьян'];
  for (let n = 1; n <= 12; n += 1) await act(stage.demo, '/whatsapp/messages', { from, name, text: `Вопрос ${n}` });
  await openTalk(page, from, name, 'Последний вопрос');
  const log = page.getByRole('log');
  // Unread words open where they begin; once they are read the dialogue opens at its end.
  const read = page.waitForResponse((answer) => answer.url().endsWith('/read'));
  await log.press('End');
  await read;
  await page.goto(`${stage.demo.url}/dialogs?tab=all`);
  await page.getByRole('region', { name: 'Диалоги' }).getByRole('link', { name: new RegExp(name) }).click();
  await log.getByText('Последний вопрос').waitFor();
  const leftBelow = () => log.evaluate((box) => Math.round(box.scrollHeight - box.clientHeight - box.scrollTop));
  const field = page.getByLabel('Текст ответа');
  await field.waitFor();
  await expect.poll(leftBelow).toBe(0);
  for (const words of ['раз\nдва\nтри\nчетыре\nпять\nшесть', 'раз', 'раз\nдва\nтри', '']) {
    await field.fill(words);
    await expect.poll(leftBelow, { message: `with ${words.split('\n').length} lines` }).toBe(0);
  }
  await log.hover();
  await page.mouse.wheel(0, -300);
  const top = () => log.evaluate((box) => Math.round(box.scrollTop));
  await expect.poll(leftBelow).toBeGreaterThan(200);
  const stood = await top();
  await field.fill('раз\nдва\nтри\nчетыре\nпять\nшесть');
  await field.fill('раз');
  expect(await top()).toBe(stood);
}, 60_000);
