import { expect, test } from 'vitest';
import { bankBehaves, runTask } from './browser';
import { seriousFindings, useDemo } from './stage';

const stage = useDemo();

const DAILY = 'Курсы Банка России на завтра';

/** What the fake bank says of a currency for today, and since when it counts. */
async function published(code: string): Promise<{ unit: number; day: string }> {
  const [day, month, year] = new Intl.DateTimeFormat('ru', { timeZone: 'Europe/Moscow' }).format(new Date()).split('.');
  const answer = await fetch(`${stage.demo.bank}/scripts/XML_daily.asp?date_req=${day}/${month}/${year}`, {
    headers: { 'user-agent': 'journey', accept: 'application/xml' },
  });
  const document = new TextDecoder('windows-1251').decode(await answer.arrayBuffer());
  const valute = document.match(new RegExp(`<CharCode>${code}</CharCode>.*?</Valute>`, 's'))![0];
  const number = (tag: string) => Number(valute.match(new RegExp(`<${tag}>(.*?)</${tag}>`))![1]!.replace(',', '.'));
  return { unit: number('Value') / number('Nominal'), day: document.match(/Date="(\d\d\.\d\d)\./)![1]! };
}

const inRussian = (value: number, digits: number) =>
  new Intl.NumberFormat('ru', { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);

test('the top bar and the page show the rates of the bank, and the address keeps the choice', async () => {
  const page = await stage.open('anna');
  const [dollar, yuan] = [await published('USD'), await published('CNY')];
  const line = page.getByRole('link', { name: /^Курсы валют: доллар/ });
  await line.waitFor();
  const words = await line.innerText();
  expect(words).toContain(inRussian(dollar.unit, 2));
  expect(words).toContain(inRussian(yuan.unit, 2));
  expect(words).toContain(`на ${dollar.day}`);
  expect(words).toMatch(/[▲▼=]/);

  await line.click();
  await page.getByRole('img', { name: /^График курса USD: с .* Те же данные в таблице ниже\.$/ }).waitFor();
  // Something is drawn: the line of the chart has its own colour.
  const colours = await page.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(Array.from({ length: data.length / 4 }, (_, at) => data.slice(at * 4, at * 4 + 3).join())).size;
  });
  expect(colours).toBeGreaterThan(3);
  await page.getByRole('row').filter({ has: page.getByText('действует', { exact: true }) }).getByText(inRussian(dollar.unit, 4)).first().waitFor();

  const rows = page.getByRole('row');
  await page.getByRole('radiogroup', { name: 'Валюта' }).getByText('KGS').click();
  await page.waitForURL(/currency=KGS/);
  await page.getByRole('img', { name: /^График курса KGS/ }).waitFor();
  await page.getByRole('radiogroup', { name: 'Период' }).getByText('Месяц').click();
  await page.waitForURL(/period=month/);
  await expect.poll(() => rows.count()).toBeLessThan(30);
  await page.getByRole('radiogroup', { name: 'Период' }).getByText('Год').click();
  await page.getByRole('button', { name: 'Показать ещё' }).click();
  await expect.poll(() => rows.count()).toBeGreaterThan(200);
  await page.reload();
  await page.getByRole('img', { name: /^График курса KGS/ }).waitFor();
  expect(await page.getByRole('radio', { name: 'Год' }).isChecked()).toBe(true);

  for (const [name, start] of [['CSV', '\u00ef\u00bb\u00bf'], ['Excel', 'PK']] as const) {
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: `Скачать все валюты за период: ${name}` }).click();
    const stream = await (await download).createReadStream();
    const first = (await stream[Symbol.asyncIterator]().next()).value as Buffer;
    expect(first.toString('latin1').startsWith(start)).toBe(true);
  }
  expect(await page.getByRole('button', { name: 'Ввести курс вручную' }).count()).toBe(0);
});

test('a sum is converted with its formula, and a day without rates says so', async () => {
  const page = await stage.open('anna');
  await page.goto(`${stage.demo.url}/rates`);
  const sums = page.getByRole('region', { name: 'Пересчёт' });
  await sums.getByRole('textbox', { name: 'Сумма' }).fill('1 250,50');
  await sums.getByText(/^1250,5 USD × .* = [\d ,]+ RUB$/).waitFor();
  await sums.getByRole('combobox', { name: 'В', exact: true }).click();
  await page.getByRole('option', { name: 'CNY' }).click();
  await sums.getByText('выведен через рубль').waitFor();
  await sums.getByRole('textbox', { name: 'Сумма' }).fill('сто');
  await sums.getByText('Введите число').waitFor();
});

test('a bank that stopped leaves the last rates with their day and a warning, until it is back', async () => {
  const page = await stage.open('admin');
  const { day } = await published('USD');
  const line = page.getByRole('link', { name: /^Курсы валют: доллар/ });
  await line.waitFor();
  const before = (await line.innerText()).split('\n')[0];
  await bankBehaves(stage.demo, 'down');
  expect(await runTask(page, stage.demo, DAILY)).toContain('Банк России: отвечает ошибкой');
  await line.filter({ hasText: 'Банк России не отвечает' }).waitFor();
  expect((await line.innerText()).startsWith(before!)).toBe(true);
  expect(await line.innerText()).toContain(`на ${day}`);
  await page.getByRole('row').filter({ hasText: DAILY }).getByText('Ошибка').waitFor();
  expect(await seriousFindings(page, 'the schedule with a failure')).toEqual([]);

  await line.click();
  const warning = page.getByRole('alert').filter({ hasText: 'Показаны последние известные курсы' });
  await warning.waitFor();
  expect(await warning.innerText()).toContain('спросит снова');
  await page.getByRole('img', { name: /^График курса USD/ }).waitFor();
  expect(await seriousFindings(page, 'the rates with a warning')).toEqual([]);

  await bankBehaves(stage.demo, 'well');
  await runTask(page, stage.demo, DAILY);
  await line.filter({ hasNotText: 'не отвечает' }).waitFor();
});

test('a rate by hand is confirmed, counts for others without a reload, and is taken back', async () => {
  const director = await stage.open('director');
  const anna = await stage.open('anna');
  await director.goto(`${stage.demo.url}/rates`);
  await director.getByRole('button', { name: 'Ввести курс вручную' }).click();
  const form = director.getByRole('dialog');
  await form.getByRole('button', { name: 'Дальше' }).click();
  await form.getByText('Без причины курс не принимается').waitFor();
  await form.getByRole('textbox', { name: 'Курс, ₽' }).fill('1234,5');
  await form.getByRole('textbox', { name: 'Почему' }).fill('Проверка ввода');
  await form.getByRole('button', { name: 'Дальше' }).click();
  await director.getByText('Это очень много: проверьте номинал и запятую').waitFor();
  expect(await seriousFindings(director, 'the confirmation')).toEqual([]);
  await director.getByRole('button', { name: 'Ввести курс', exact: true }).click();
  const row = director.getByRole('row').filter({ hasText: 'Введён вручную' });
  await row.getByText('Проверка ввода').waitFor();
  await director.getByRole('link', { name: /доллар 1 234,50/ }).waitFor();
  await anna.getByRole('link', { name: /доллар 1 234,50/ }).waitFor({ timeout: 40_000 });

  await row.getByRole('button', { name: /^Отозвать курс/ }).click();
  await director.getByRole('dialog').getByRole('button', { name: 'Отозвать' }).click();
  await director.getByText('отозван').waitFor();
  await row.waitFor({ state: 'detached' });
});

test('a second figure for a day is shown and decided', async () => {
  const page = await stage.open('admin');
  await bankBehaves(stage.demo, { tenfold: 'CNY' });
  await runTask(page, stage.demo, DAILY);
  await bankBehaves(stage.demo, 'well');
  await page.goto(`${stage.demo.url}/rates`);
  const doubts = page.getByRole('alert').filter({ hasText: 'Проверьте: 1 сомнительный курс' });
  await doubts.waitFor();
  expect(await seriousFindings(page, 'a doubt')).toEqual([]);
  await doubts.getByRole('button', { name: 'Принять эту цифру…' }).click();
  const form = page.getByRole('dialog');
  expect(await form.getByRole('textbox', { name: 'Курс, ₽' }).inputValue()).not.toBe('');
  await form.getByRole('button', { name: 'Отмена' }).click();
  await doubts.getByRole('button', { name: 'Оставить как есть' }).click();
  await doubts.waitFor({ state: 'detached' });
});

test('who may not start tasks is told so, and is not shown the way', async () => {
  const page = await stage.open('anna');
  await page.goto(`${stage.demo.url}/settings/profile`);
  expect(await page.getByRole('link', { name: 'Что и когда выполняется' }).count()).toBe(0);
  await page.goto(`${stage.demo.url}/settings/schedule`);
  await page.getByRole('heading', { name: 'Нет доступа' }).waitFor();
});

test('on a phone the line is one rate and its sign, and nothing moves sideways', async () => {
  const page = await stage.open('admin', { width: 360, height: 740 });
  for (const path of ['/rates', '/settings/schedule']) {
    await page.goto(stage.demo.url + path);
    await page.getByRole('link', { name: /^Курсы валют: доллар/ }).waitFor();
    await page.waitForFunction(() => !document.querySelector('.mantine-Skeleton-root'));
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
    expect(sideways).toBe(false);
  }
});
