import { expect, test } from 'vitest';
import { seriousFindings, useDemo } from './stage';

const stage = useDemo();

test('a task is set from a row, closed with a result, and control shows who and when', async () => {
  const anna = await stage.open('anna');
  await anna.goto(`${stage.demo.url}/dialogs`);
  await anna.locator('a[href^="/dialogs/"]').first().click();
  const row = anna.getByRole('log').getByRole('article').first();
  await row.hover();
  await row.getByRole('button', { name: 'Задача' }).click();
  const form = anna.getByRole('dialog', { name: 'Новая задача' });
  const title = `Проверить отгрузку ${Date.now()}`;
  await form.getByLabel('Что сделать').fill(title);
  await form.getByText('Письмо', { exact: true }).click();
  expect(await form.getByLabel('Время').inputValue()).toBe('10:00');
  expect(await seriousFindings(anna, 'the form of a task')).toEqual([]);
  await form.getByRole('button', { name: 'Поставить' }).click();
  await anna.getByText('Задача поставлена').waitFor();
  await anna.getByRole('region', { name: 'Сейчас важно' }).getByText(title).waitFor();

  await anna.goto(`${stage.demo.url}/tasks`);
  const later = anna.getByRole('region', { name: 'Позже' });
  await later.getByText(title).waitFor();
  await anna.getByRole('region', { name: 'Просрочены' }).getByText('Перезвонить: обещали ответ по срокам').waitFor();
  await anna.getByRole('region', { name: 'Без срока' }).getByText('Собрать отзывы').waitFor();
  expect(await seriousFindings(anna, '«Задачи»')).toEqual([]);
  const item = later.getByRole('listitem').filter({ hasText: title });
  await item.getByRole('button', { name: /^Закрыть/ }).click();
  await item.getByLabel('Результат').fill('Отгрузили полностью');
  await item.getByRole('button', { name: 'Закрыть задачу' }).click();
  await anna.getByText(`Закрыта: ${title}`).waitFor();
  await later.getByText(title).waitFor({ state: 'detached' });

  // Taken back and closed once more: both closings stay.
  await anna.getByRole('button', { name: 'Вернуть' }).click();
  await later.getByText(title).waitFor();
  await item.getByRole('button', { name: /^Закрыть/ }).click();
  await item.getByRole('button', { name: 'Закрыть задачу' }).click();
  await later.getByText(title).waitFor({ state: 'detached' });

  const head = await stage.open('rop');
  await head.goto(`${stage.demo.url}/tasks?view=control&kind=letter&state=closed`);
  const shown = head.getByRole('row').filter({ hasText: title });
  await shown.getByText('Анна Менеджерова').first().waitFor();
  expect(await shown.getByText('Анна Менеджерова').count()).toBe(3);
  await shown.getByText('открывали снова: 1 раз').waitFor();
  expect(await head.getByRole('row').filter({ hasText: 'Собрать отзывы' }).count()).toBe(0);
  expect(await seriousFindings(head, '«Контроль задач»')).toEqual([]);
  const rows = (await head.getByRole('row').count()) - 1;
  const file = await head.getByRole('link', { name: 'Скачать задачи: CSV' }).getAttribute('href');
  const text = await head.evaluate(async (href) => (await fetch(href)).text(), file!);
  expect(text.trim().split('\r\n').length - 1).toBe(rows);
  expect(text).toContain(title);
  // Elsewhere the table has the same days and hours, and says whose they are.
  const far = await stage.open('rop', { zone: 'America/Los_Angeles' });
  await far.goto(`${stage.demo.url}/tasks?view=control&kind=letter&state=closed`);
  await far.getByText('по времени компании: Москва, UTC+3').waitFor();
  const theirs = far.getByRole('row').filter({ hasText: title });
  expect(await theirs.innerText()).toBe(await shown.innerText());
  await shown.getByRole('button', { name: title }).click();
  const card = head.getByRole('dialog');
  await card.getByText('«Отгрузили полностью»').waitFor();
  await card.getByText(/открыта снова/).waitFor();
});

test('a head gives a task: the manager hears of it at once, puts it off, and is reminded when its time comes', async () => {
  const title = `Сверить остатки ${Date.now()}`;
  const anna = await stage.open('anna');
  await anna.goto(`${stage.demo.url}/tasks`);
  await anna.getByRole('region', { name: 'Без срока' }).waitFor();
  const head = await stage.open('rop');
  await head.goto(`${stage.demo.url}/tasks`);
  await head.getByRole('button', { name: 'Новая задача' }).click();
  const form = head.getByRole('dialog', { name: 'Новая задача' });
  await form.getByLabel('Что сделать').fill(title);
  await form.getByRole('combobox', { name: 'Ответственный' }).click();
  await head.getByRole('option', { name: 'Анна Менеджерова' }).click();
  await form.getByRole('button', { name: 'Поставить' }).click();

  await anna.getByText('Марина Ропова: новая задача').waitFor({ timeout: 10_000 });
  const later = anna.getByRole('region', { name: 'Позже' }).getByRole('listitem').filter({ hasText: title });
  await later.getByText(/завтра, 10:00/).waitFor();
  await later.getByRole('button', { name: /^Отложить/ }).click();
  await anna.getByRole('menuitem', { name: 'Через неделю' }).click();
  await later.getByText(/завтра/).waitFor({ state: 'detached' });

  // What comes due together is told together: the demo's own tasks are told of already.
  stage.sql(
    `update tasks set notice_at = null where title <> '${title}'; update tasks set due_at = now(), notice_at = now() where title = '${title}'; update scheduled_tasks set next_run_at = now() where name = 'tasks.due'`,
  );
  await anna.getByRole('alert').filter({ hasText: 'Пора: задача' }).filter({ hasText: title }).waitFor({ timeout: 15_000 });
  await anna.getByRole('region', { name: 'Просрочены' }).getByText(title).waitFor({ timeout: 10_000 });
});

test('a manager has no control, on a phone his tasks are one column with large buttons', async () => {
  const anna = await stage.open('anna', { width: 360, height: 740 });
  await anna.goto(`${stage.demo.url}/tasks?view=control`);
  await anna.getByRole('heading', { name: 'Задачи' }).waitFor();
  expect(await anna.getByText('Контроль', { exact: true }).count()).toBe(0);
  const button = anna.getByRole('button', { name: /^Закрыть/ }).first();
  await button.waitFor();
  expect((await button.boundingBox())!.height).toBeGreaterThanOrEqual(44);
  const sideways = await anna.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  expect(sideways).toBe(false);
  expect(await seriousFindings(anna, '«Задачи» on a phone')).toEqual([]);
});
