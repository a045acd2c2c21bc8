import { expect, test } from 'vitest';
import { act } from './browser';
import { seriousFindings, useDemo } from './stage';

const stage = useDemo();

interface Arrival {
  kind: string;
  text?: string;
}

/** What the client's phone received. */
async function phone(to: string): Promise<Arrival[]> {
  const answer = await fetch(`${stage.demo.fakes.control}/phone?provider=whatsapp&to=${to}&limit=1000`);
  return ((await answer.json()) as { arrivals?: Arrival[] }).arrivals ?? [];
}

test('behind a closed window a template is chosen, filled and read by the client', async () => {
  const page = await stage.open('admin');
  const client = '79005550077';
  stage.noNight();
  // Typed on the phone: the client has not written, so no window is open.
  const typed = `Насос у нас ${Date.now()}`;
  await act(stage.demo, '/whatsapp/echoes', { to: `+${client}`, text: typed });
  await page.goto(`${stage.demo.url}/settings/channels`);
  await page.getByRole('link', { name: /WhatsApp/ }).click();
  const templates = page.getByRole('region', { name: 'Шаблоны' });
  await templates.getByRole('button', { name: 'Обновить' }).click();
  await templates.getByText('на проверке').waitFor();
  await templates.getByText('приостановлен').waitFor();
  await templates.getByRole('button', { name: 'Назвать поля шаблона ask_again' }).click();
  const fields = page.getByRole('dialog');
  await fields.getByRole('combobox', { name: 'Чем заполнять {{1}}' }).click();
  await page.getByRole('option', { name: 'имя клиента' }).click();
  await fields.getByRole('button', { name: 'Сохранить' }).click();
  await templates.getByText('Поля: имя клиента').waitFor();
  expect(await seriousFindings(page, 'templates of a channel')).toEqual([]);

  await page.goto(`${stage.demo.url}/dialogs?tab=all`);
  await page.getByRole('link', { name: new RegExp(typed) }).click();
  await page.getByRole('button', { name: 'Выбрать шаблон' }).click();
  const dialog = page.getByRole('dialog', { name: 'Выбрать шаблон' });
  await dialog.getByRole('textbox', { name: 'Поиск шаблона' }).fill('актуален');
  expect(await seriousFindings(page, 'choice of a template')).toEqual([]);
  await dialog.getByRole('button', { name: /ask_again/ }).click();
  const filling = page.getByRole('dialog', { name: 'ask_again' });
  // Nobody is addressed by a number, so the name is asked for.
  await filling.getByRole('button', { name: 'Отправить' }).click();
  await filling.getByText('Не заполнено: имя клиента').waitFor();
  await filling.getByLabel('Имя клиента').fill('Нина');
  const words = 'Здравствуйте, Нина! Вы спрашивали о товаре, вопрос ещё актуален?';
  await filling.getByText(words).waitFor();
  expect(await seriousFindings(page, 'a template with its fields')).toEqual([]);
  await filling.getByRole('button', { name: 'Отправить' }).click();
  const row = page.getByRole('article').filter({ hasText: words });
  await row.getByText(/доставлено|прочитано/).waitFor({ timeout: 15_000 });
  expect((await phone(client)).filter((arrival) => arrival.kind === 'template').map((arrival) => arrival.text)).toEqual([words]);
});

test('a slash finds a quick reply by keys, and its fields are asked for', async () => {
  const page = await stage.open('rop');
  const question = `Когда отгрузите ${Date.now()}`;
  await act(stage.demo, '/telegram/messages', { user_id: 6100000888, name: 'Олег Заказов', text: question });
  await page.goto(`${stage.demo.url}/dialogs?tab=all`);
  await page.getByRole('link', { name: new RegExp(question) }).click();
  const field = page.getByLabel('Текст ответа');
  await field.fill('');
  await field.pressSequentially('/отгр');
  await page.getByRole('option', { name: /Отгрузка/ }).waitFor();
  await page.getByText('Олег Заказов, заказ {номер заказа}').waitFor();
  expect(await seriousFindings(page, 'quick replies')).toEqual([]);
  await field.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Отгрузка' });
  await dialog.getByRole('button', { name: 'Вставить' }).click();
  await dialog.getByText('Не заполнено: номер заказа, срок').waitFor();
  await dialog.getByLabel('Номер заказа').fill('17');
  await dialog.getByLabel('Срок').fill('завтра');
  await dialog.getByRole('button', { name: 'Вставить' }).click();
  await page.waitForFunction(
    () => (document.querySelector('textarea[aria-label="Текст ответа"]') as HTMLTextAreaElement).value === 'Олег Заказов, заказ 17 отгрузим завтра.',
  );
  await field.press('Enter');
  await page.getByRole('article').filter({ hasText: 'заказ 17 отгрузим завтра' }).getByText(/ушло|доставлено|прочитано/).waitFor();
});

test('a text of the company is written, counted and moved; a manager has his own', async () => {
  const boss = await stage.open('rop');
  await boss.goto(`${stage.demo.url}/settings/phrases?kind=sms`);
  await boss.getByRole('button', { name: 'Новая заготовка' }).click();
  const form = boss.getByRole('dialog');
  await form.getByRole('textbox', { name: 'Название' }).fill('Оплата пришла');
  await form.getByRole('textbox', { name: 'Текст' }).fill('{имя}, оплата по заказу {номер} пришла, спасибо!');
  await form.getByText(/часть SMS, кириллица/).waitFor();
  await form.getByRole('combobox', { name: 'Предпросмотр для клиента' }).fill('полев');
  await boss.getByRole('option', { name: /Полев/ }).first().click();
  await form.getByText(/Виктор Полев, оплата по заказу/).waitFor();
  await form.getByText('Спросится при отправке: номер').waitFor();
  expect(await seriousFindings(boss, 'the editor of a text')).toEqual([]);
  await form.getByRole('button', { name: 'Сохранить' }).click();
  const common = boss.getByRole('region', { name: 'Общие' });
  await common.getByRole('button', { name: 'Выше: Оплата пришла' }).click();
  await boss.waitForFunction(() => /Оплата пришла/.test(document.querySelectorAll('section[aria-label="Общие"] li')[1]?.textContent ?? ''));
  expect(await seriousFindings(boss, 'texts written beforehand')).toEqual([]);

  const anna = await stage.open('anna', { width: 360, height: 740 });
  await anna.goto(`${stage.demo.url}/settings/phrases`);
  await anna.getByRole('region', { name: 'Общие' }).getByRole('button', { name: /Приветствие/ }).click();
  expect(await anna.getByRole('dialog').getByRole('button', { name: 'Сохранить' }).count()).toBe(0);
  await anna.keyboard.press('Escape');
  await anna.getByRole('button', { name: 'Новая заготовка' }).click();
  await anna.getByRole('textbox', { name: 'Название' }).fill('Моё');
  await anna.getByRole('textbox', { name: 'Текст' }).fill('Буду через час.');
  await anna.getByRole('dialog').getByRole('button', { name: 'Сохранить' }).click();
  await anna.getByRole('region', { name: 'Мои' }).getByText('Буду через час.').waitFor();
  const sideways = await anna.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  expect(sideways).toBe(false);
  expect(await seriousFindings(anna, 'texts on a phone')).toEqual([]);
});
