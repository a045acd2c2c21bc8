import { expect, test } from 'vitest';
import { useDemo } from './stage';

const stage = useDemo();

test('a draft is on the other device, and sending empties it on both', async () => {
  const [desk, phone] = [await stage.open('anna'), await stage.open('anna')];
  await desk.goto(`${stage.demo.url}/dialogs`);
  await desk.locator('a[href^="/dialogs/"]').first().click();
  const field = desk.getByRole('textbox', { name: 'Текст ответа' });
  await field.waitFor();
  await phone.goto(`${stage.demo.url}/dialogs`);
  await phone.locator('a[href^="/dialogs/"]').first().waitFor();
  await field.fill('Отгрузим в среду');
  await phone.getByText('Черновик:').first().waitFor({ timeout: 10_000 });
  await phone.goto(desk.url());
  const other = phone.getByRole('textbox', { name: 'Текст ответа' });
  await other.waitFor();
  await phone.waitForFunction(() => document.querySelector('textarea')?.value === 'Отгрузим в среду');
  await other.press('Enter');
  await phone.getByRole('log').getByText('Отгрузим в среду').waitFor();
  await desk.waitForFunction(() => document.querySelector('textarea')?.value === '', undefined, { timeout: 10_000 });
});

test('a planned message stands in the timeline, is put off, sent at once, and another is taken back', async () => {
  stage.noNight();
  const page = await stage.open('anna');
  await page.goto(`${stage.demo.url}/dialogs`);
  await page.locator('a[href^="/dialogs/"]').first().click();
  const field = page.getByRole('textbox', { name: 'Текст ответа' });
  const log = page.getByRole('log');
  const plan = async (text: string) => {
    await field.fill(text);
    await page.getByRole('button', { name: 'Отправить позже' }).click();
    await page.getByRole('button', { name: 'Завтра в 10:00' }).click();
    await page.getByRole('button', { name: 'Запланировать' }).click();
    const row = log.getByRole('article').filter({ hasText: text });
    await row.getByText(/^Запланировано/).waitFor();
    return row;
  };
  const row = await plan('Счёт пришлём утром');
  expect(await field.inputValue()).toBe('');
  await row.getByRole('button', { name: 'Изменить' }).click();
  const dialog = page.getByRole('dialog', { name: 'Запланированное сообщение' });
  await dialog.getByRole('textbox', { name: 'Текст' }).fill('Счёт пришлём к обеду');
  await dialog.getByRole('button', { name: 'Сохранить' }).click();
  const changed = log.getByRole('article').filter({ hasText: 'Счёт пришлём к обеду' });
  await changed.getByRole('button', { name: 'Отправить сейчас' }).click();
  await changed.getByText(/Запланировано/).waitFor({ state: 'detached' });
  await changed.getByText(/ушло|доставлено|прочитано/).first().waitFor({ timeout: 15_000 });
  const other = await plan('Это не уйдёт');
  await other.getByRole('button', { name: 'Отменить' }).click();
  await other.getByText('Отменено до отправки.').waitFor();
});
