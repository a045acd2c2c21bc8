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
