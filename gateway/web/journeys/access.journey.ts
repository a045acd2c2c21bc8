import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { seriousFindings, useDemo } from './stage';

const stage = useDemo();

const SCREENS = [
  '/dialogs?tab=all',
  '/calls',
  '/clients',
  '/clients/similar',
  '/rates',
  '/rooms',
  '/tasks',
  '/tasks?view=control',
  '/settings/profile',
  '/settings/channels',
  '/settings/channels/new',
  '/settings/channels/new?connector=whatsapp',
  '/settings/raw-events',
  '/settings/bridge',
  '/settings/users',
  '/settings/roles',
  '/settings/schedule',
  '/settings/audit',
];

async function settle(page: Page): Promise<void> {
  await page.waitForFunction(() => !document.querySelector('.mantine-Skeleton-root, .mantine-Loader-root'));
  await page.waitForTimeout(300);
}

test.each([
  { width: 1440, dark: false },
  { width: 1440, dark: true },
  { width: 360, dark: false },
])('axe finds nothing serious on any screen: $width px, dark $dark', async ({ width, dark }) => {
  const page = await stage.open('admin', { width, height: 800, dark });
  const findings: string[] = [];
  for (const path of SCREENS) {
    await page.goto(stage.demo.url + path);
    await settle(page);
    findings.push(...(await seriousFindings(page, path)));
  }
  await page.goto(`${stage.demo.url}/dialogs?tab=all`);
  await page.locator('a[href^="/dialogs/"]').first().click();
  await page.getByRole('log').waitFor();
  await settle(page);
  findings.push(...(await seriousFindings(page, 'a dialog')));
  await page.keyboard.press('Control+KeyK');
  await page.getByRole('combobox', { name: 'Поиск и команды' }).fill('поле');
  await page.getByRole('dialog').getByRole('option').first().waitFor();
  findings.push(...(await seriousFindings(page, 'the search')));
  expect(findings).toEqual([]);
}, 180_000);

test('the screens before the log-in', async () => {
  const page = await stage.open('');
  for (const path of ['/login', '/setup#token', '/password#token']) {
    await page.goto(stage.demo.url + path);
    await page.getByRole('heading').first().waitFor();
    expect(await seriousFindings(page, path)).toEqual([]);
  }
});

test('the first screen comes in less than 250 kB', async () => {
  const page = await stage.open('');
  let bytes = 0;
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  // Of the application itself; data are as large as the company is busy.
  const ours = new Set<string>();
  session.on('Network.requestWillBeSent', (event) => {
    if (!new URL(event.request.url).pathname.startsWith('/api/')) ours.add(event.requestId);
  });
  session.on('Network.loadingFinished', (event) => {
    if (ours.has(event.requestId)) bytes += event.encodedDataLength;
  });
  const { url, users } = stage.demo;
  await page.goto(url);
  const anna = users.find((user) => user.login === 'anna')!;
  await page.getByLabel('Логин').fill(anna.login);
  await page.getByRole('textbox', { name: 'Пароль' }).fill(anna.password);
  await page.getByRole('button', { name: 'Войти' }).click();
  await page.locator('a[href^="/dialogs/"]').first().waitFor();
  bytes = 0;
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  const began = Date.now();
  await page.reload();
  await page.locator('a[href^="/dialogs/"]').first().waitFor();
  console.log(`«Диалоги» are usable after ${Date.now() - began} ms, ${Math.round(bytes / 1000)} kB`);
  expect(bytes).toBeLessThan(250_000);
});
