import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { seriousFindings, useDemo } from './stage';

const stage = useDemo();

/** The card of a client of Anna's, by its address. */
async function cardOfAnna(boss: Page, nth: number): Promise<string> {
  await boss.goto(`${stage.demo.url}/clients`);
  const row = boss.getByRole('row').filter({ hasText: 'Анна Менеджерова' }).nth(nth);
  return stage.demo.url + (await row.getByRole('link').first().getAttribute('href'))!;
}

const cities = (page: Page) => page.locator('tbody td:nth-child(5)').allInnerTexts();

test('the table sorts by the city both ways, with the empty last, and the address keeps it', async () => {
  stage.sql("update clients set city = (array['Ейск', 'Ёлкино', 'Уфа'])[1 + ascii(md5(id::text)) % 3] where name < 'Л'");
  const page = await stage.open('rop');
  await page.goto(`${stage.demo.url}/clients`);
  const head = page.getByRole('columnheader', { name: 'Город · сейчас' });
  const seen: string[] = [];
  for (const [order, sort] of [['ascending', 'city'], ['descending', '-city']] as const) {
    await head.getByRole('button').click();
    await page.waitForURL(new RegExp(`sort=${sort}`));
    await page.getByRole('columnheader', { name: 'Город · сейчас' }).and(page.locator(`[aria-sort="${order}"]`)).waitFor();
    await page.locator('tbody tr').first().waitFor();
    seen.push((await cities(page))[0]!);
  }
  expect(seen[0]).not.toBe('—');
  expect(seen[1]).not.toBe('—');
  expect(seen[0]!.localeCompare(seen[1]!, 'ru')).toBeLessThan(0);
  await page.reload();
  await page.locator('tbody tr').first().waitFor();
  expect((await cities(page))[0]).toBe(seen[1]);
});

test('a contract is put down, is the badge of the card in another tab, and comes back after it was taken off', async () => {
  const boss = await stage.open('rop');
  const card = await cardOfAnna(boss, 0);
  const anna = await stage.open('anna');
  await anna.goto(card);
  await anna.getByRole('button', { name: 'Договор не указан' }).waitFor();
  await boss.goto(card);
  await boss.getByRole('button', { name: 'Договор не указан' }).click();
  await boss.getByRole('button', { name: 'Добавить договор' }).click();
  const dialog = boss.getByRole('dialog', { name: 'Новый договор' });
  await dialog.getByText('Скан', { exact: true }).click();
  await dialog.getByLabel('Заметка').fill('Оригинал в пути');
  expect(await seriousFindings(boss, 'a new contract')).toEqual([]);
  await dialog.getByRole('button', { name: 'Добавить' }).click();
  await anna.getByRole('button', { name: 'Договор: скан' }).waitFor({ timeout: 10_000 });
  await boss.getByRole('button', { name: 'Убрать договор: Без номера' }).click();
  await anna.getByRole('button', { name: 'Договор не указан' }).waitFor({ timeout: 10_000 });
  await boss.getByRole('alert').getByRole('button', { name: 'Вернуть' }).click();
  await anna.getByRole('button', { name: 'Договор: скан' }).waitFor({ timeout: 10_000 });
  expect(await seriousFindings(boss, 'contracts')).toEqual([]);
});

test('a client given for a time says until when, and goes back by itself in open tabs', async () => {
  const boss = await stage.open('rop');
  const card = await cardOfAnna(boss, 1);
  const anna = await stage.open('anna');
  await anna.goto(card);
  const pane = anna.getByRole('complementary', { name: 'Карточка клиента' });
  await pane.waitFor();
  await boss.goto(card);
  await boss.getByRole('button', { name: 'Передать' }).click();
  const dialog = boss.getByRole('dialog');
  await dialog.getByRole('combobox', { name: 'Кому' }).click();
  await boss.getByRole('option', { name: 'Павел Продажин' }).click();
  await dialog.getByLabel('Вернуть').fill('05.06.2099');
  await dialog.getByLabel('Почему').fill('Отпуск');
  expect(await seriousFindings(boss, 'a transfer for a time')).toEqual([]);
  await dialog.getByRole('button', { name: 'Передать' }).click();
  await anna.getByRole('heading', { name: /Нет доступа/ }).waitFor({ timeout: 10_000 });
  await boss.getByText('До 05.06.2099, затем Анна Менеджерова. Отпуск').waitFor();
  // Esc closes the menu and not the card.
  await boss.getByRole('button', { name: 'Срок передачи' }).click();
  await boss.getByRole('menuitem', { name: 'Вернуть сейчас' }).waitFor();
  await boss.keyboard.press('Escape');
  await boss.getByRole('menu').waitFor({ state: 'detached' });
  await boss.getByText('До 05.06.2099').waitFor();
  await boss.goto(`${stage.demo.url}/clients`);
  await boss.getByRole('button', { name: 'На время' }).click();
  await boss.getByText('Павел Продажин до 05.06.2099, затем Анна Менеджерова').waitFor();

  // Who sits elsewhere reads the day of the company, and what another transfer would end.
  const far = await stage.open('rop', { zone: 'America/Los_Angeles' });
  await far.goto(card);
  await far.getByText('До 05.06.2099, затем Анна Менеджерова').waitFor();
  await far.getByRole('button', { name: 'Передать' }).click();
  const again = far.getByRole('dialog');
  await again.getByText('У 1 клиента передача на время: возврат отменится').waitFor();
  await again.getByText('Вернулся бы к прежнему ответственному (Анна Менеджерова) 05.06.2099').waitFor();
  await again.getByRole('combobox', { name: 'Кому' }).click();
  await far.getByRole('option', { name: 'Марина Ропова' }).click();
  await again.getByText('в 00:00 по времени компании (Москва, UTC+3)').waitFor();
  expect(await seriousFindings(far, 'a transfer that ends a return')).toEqual([]);

  stage.sql("update client_handovers set ends_at = now() where ended_at is null");
  stage.sql("update scheduled_tasks set next_run_at = now() where name = 'clients.handovers'");
  await pane.waitFor({ timeout: 20_000 });
  await pane.getByText('Ответственный — вы').waitFor();
  await boss.getByText('Никто не передан на время').waitFor({ timeout: 10_000 });
});
