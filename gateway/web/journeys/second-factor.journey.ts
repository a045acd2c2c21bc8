import { createHmac } from 'node:crypto';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { useDemo } from './stage';

const stage = useDemo();

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const PERIOD_MS = 30_000;

/** What the app on a phone shows at this moment (RFC 6238). */
function codeAt(secret: string, moment: number): string {
  const bits = [...secret].map((sign) => BASE32.indexOf(sign).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g)!.map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(moment / PERIOD_MS)));
  const hash = createHmac('sha1', key).update(counter).digest();
  const at = hash.at(-1)! & 0xf;
  return String((hash.readUInt32BE(at) & 0x7fff_ffff) % 1_000_000).padStart(6, '0');
}

const passwordOf = (login: string) => stage.demo.users.find((user) => user.login === login)!.password;

async function leave(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Моё меню/ }).click();
  await page.getByRole('menuitem', { name: 'Выйти' }).click();
  await page.getByLabel('Логин').waitFor();
}

/** Types login and password; the code is asked for only then. */
async function knock(page: Page, login: string): Promise<void> {
  await page.getByLabel('Логин').fill(login);
  await page.getByRole('textbox', { name: 'Пароль' }).fill(passwordOf(login));
  await page.getByRole('button', { name: 'Войти' }).click();
  await page.getByLabel('Код из приложения').waitFor();
}

async function enter(page: Page, code: string): Promise<void> {
  await page.getByLabel('Код из приложения').fill(code);
  await page.getByRole('button', { name: 'Войти' }).click();
}

const inside = (page: Page) => page.getByRole('navigation', { name: 'Разделы' }).waitFor();

async function sign(page: Page, login: string, submit: string): Promise<void> {
  await page.getByLabel('Ваш пароль').fill(passwordOf(login));
  await page.getByRole('button', { name: submit }).click();
}

async function codesShown(page: Page): Promise<string[]> {
  const codes = (await page.getByLabel('Запасные коды', { exact: true }).innerText()).split('\n');
  await page.getByRole('button', { name: 'Коды сохранены' }).click();
  return codes;
}

test('a code of an app besides the password, a recovery code once, and new ones in their place', async () => {
  const page = await stage.open('anna');
  const profile = `${stage.demo.url}/settings/profile`;
  await page.goto(profile);
  await page.getByRole('button', { name: 'Подключить' }).click();
  await sign(page, 'anna', 'Продолжить');
  const secret = await page.getByRole('textbox', { name: 'Или введите ключ вручную' }).inputValue();
  await page.getByLabel(/Введите код/).fill(codeAt(secret, Date.now()));
  await page.getByRole('button', { name: 'Включить' }).click();
  const former = await codesShown(page);
  expect(former).toHaveLength(10);
  await page.getByText('Запасных кодов осталось: 10.').waitFor();

  await leave(page);
  await knock(page, 'anna');
  await enter(page, '000000');
  await page.getByText('Код неверен или уже использован').waitFor();
  // The code of this period has switched it on and counts no more.
  await enter(page, codeAt(secret, Date.now() + PERIOD_MS));
  await inside(page);

  await leave(page);
  await knock(page, 'anna');
  await enter(page, former[0]!);
  await inside(page);
  await leave(page);
  await knock(page, 'anna');
  await enter(page, former[0]!);
  await page.getByText('Код неверен или уже использован').waitFor();
  await enter(page, former[1]!);
  await inside(page);

  await page.goto(profile);
  await page.getByText('Запасных кодов осталось: 8.').waitFor();
  await page.getByRole('button', { name: 'Новые коды' }).click();
  await sign(page, 'anna', 'Получить новые коды');
  const renewed = await codesShown(page);
  await page.getByText('Запасных кодов осталось: 10.').waitFor();
  await leave(page);
  await knock(page, 'anna');
  await enter(page, former[2]!);
  await page.getByText('Код неверен или уже использован').waitFor();
  await enter(page, renewed[0]!);
  await inside(page);
});

test('another address needs the password', async () => {
  const page = await stage.open('rop');
  await page.goto(`${stage.demo.url}/settings/profile`);
  await page.getByLabel('Моя почта').fill('rop.new@example.ru');
  await page.getByLabel('Ваш пароль').fill('неверный пароль');
  await page.getByRole('button', { name: 'Сохранить почту' }).click();
  await page.getByText('Пароль неверен.').waitFor();
  await page.getByLabel('Ваш пароль').fill(passwordOf('rop'));
  await page.getByRole('button', { name: 'Сохранить почту' }).click();
  await page.getByText('Почта сохранена').waitFor();
  await page.reload();
  expect(await page.getByLabel('Моя почта').inputValue()).toBe('rop.new@example.ru');
});
