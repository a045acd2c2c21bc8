import { test } from 'vitest';
import { act } from './browser';
import { useDemo } from './stage';

const stage = useDemo();

test('a closed dialogue opens with the next message, one put off waits in its list, and both can be taken back', async () => {
  const page = await stage.open('rop');
  const [from, name] = ['+79005550188', 'Пётр Завершённый'];
  await act(stage.demo, '/whatsapp/messages', { from, name, text: 'Спасибо, всё получил' });
  await page.goto(`${stage.demo.url}/dialogs?tab=all`);
  const list = page.getByRole('region', { name: 'Диалоги' });
  const row = list.getByRole('link', { name: new RegExp(name) });
  await row.click();
  await page.getByRole('log').getByText('Спасибо, всё получил').waitFor();
  await page.getByRole('log').click();

  // Off the list, so that it may move.
  await page.mouse.move(900, 10);
  await page.keyboard.press('KeyE');
  await page.getByText('Диалог закрыт').waitFor();
  await row.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Вернуть' }).click();
  await row.waitFor();

  await row.click();
  await page.getByRole('log').getByText('Спасибо, всё получил').waitFor();
  await page.mouse.move(900, 10);
  await page.getByRole('button', { name: 'Закрыть или отложить диалог' }).click();
  await page.getByRole('menuitem', { name: 'Отложить до завтра, 9:00' }).click();
  await row.waitFor({ state: 'detached' });
  await list.getByRole('button', { name: /^Отложенные 1/ }).click();
  await row.getByText(/до .* 09:00/).waitFor();

  await list.getByRole('button', { name: /^Открытые/ }).click();
  await row.waitFor({ state: 'detached' });
  await act(stage.demo, '/whatsapp/messages', { from, name, text: 'Ещё вопрос' });
  await row.waitFor({ timeout: 10_000 });

  await page.mouse.move(900, 10);
  await list.getByLabel(`Выбрать: ${name}`).check({ force: true });
  await page.getByRole('toolbar', { name: 'Выбранные диалоги' }).getByRole('button', { name: 'Отложить до…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Отложить до…' });
  await dialog.getByLabel('День').fill(`31.12.${new Date().getFullYear()}`);
  await dialog.getByLabel('Время').fill('23:59');
  await dialog.getByRole('button', { name: 'Отложить', exact: true }).click();
  await page.getByText(/Диалог отложен до 31\.12/).waitFor();
  await row.waitFor({ state: 'detached' });
});
