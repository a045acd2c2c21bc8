import { expect, test } from 'vitest';
import { useDemo } from './stage';

const stage = useDemo();

test('a comment shows to colleagues at once, is changed with its versions kept, and is not theirs to change', async () => {
  const [anna, rop] = [await stage.open('anna'), await stage.open('rop')];
  await anna.goto(`${stage.demo.url}/dialogs`);
  await anna.locator('a[href^="/dialogs/"]').first().click();
  await anna.getByRole('tab', { name: 'Комментарий' }).click();
  const field = anna.getByRole('textbox', { name: 'Текст комментария' });
  await field.fill('Просит звонить после обеда');
  // A draft outlives the page, and so does the choice between answer and comment.
  await anna.reload();
  await field.waitFor();
  expect(await field.inputValue()).toBe('Просит звонить после обеда');
  await field.press('Enter');
  const note = anna.getByRole('log').getByRole('article', { name: /^Комментарий/ }).last();
  await note.getByText('Просит звонить после обеда').waitFor();
  expect(await field.inputValue()).toBe('');

  await rop.goto(anna.url());
  const seen = rop.getByRole('log').getByRole('article', { name: /^Комментарий/ }).last();
  await seen.getByText('Просит звонить после обеда').waitFor();
  expect(await seen.getByRole('button', { name: 'Действия с комментарием' }).count()).toBe(0);

  await note.getByRole('button', { name: 'Действия с комментарием' }).click();
  await anna.getByRole('menuitem', { name: 'Изменить' }).click();
  await note.getByRole('textbox', { name: 'Текст комментария' }).fill('Просит звонить утром');
  await note.getByRole('button', { name: 'Сохранить' }).click();
  await note.getByText('Просит звонить утром').waitFor();
  // Live, without a reload.
  await seen.getByText('Просит звонить утром').waitFor({ timeout: 5000 });
  await seen.getByRole('button', { name: 'изменено' }).click();
  await rop.getByRole('dialog').getByText('Просит звонить после обеда').waitFor();
});

test('a call has a result, and a comment that leads back to it', async () => {
  const page = await stage.open('admin');
  await page.goto(`${stage.demo.url}/clients?text=${encodeURIComponent('Виктор Полев')}`);
  await page.getByRole('main').getByRole('list').getByRole('link').first().click();
  const log = page.getByRole('log');
  await log.waitFor();
  await page.getByRole('group', { name: 'Что показывать в ленте' }).getByText('Звонки').click();
  const call = log.getByRole('article').first();
  await call.getByRole('combobox', { name: 'Результат звонка' }).click();
  await page.getByRole('option', { name: 'Договорились' }).click();
  await page.waitForFunction(() => document.querySelector<HTMLInputElement>('input[aria-label="Результат звонка"]')?.value === 'Договорились');
  await call.getByRole('button', { name: 'Комментарий к звонку' }).click();
  await call.getByRole('textbox', { name: 'Комментарий к звонку' }).fill('Ждёт счёт до пятницы');
  await call.getByRole('button', { name: 'Записать' }).click();
  await call.getByRole('textbox', { name: 'Комментарий к звонку' }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Сбросить' }).click();
  const note = log.getByRole('article', { name: /^Комментарий/ }).filter({ hasText: 'Ждёт счёт до пятницы' });
  await note.getByRole('button', { name: 'к звонку' }).waitFor();
  await page.reload();
  await page.getByRole('combobox', { name: 'Результат звонка' }).first().waitFor();
  expect(await page.getByRole('combobox', { name: 'Результат звонка' }).first().inputValue()).toBe('Договорились');
});
