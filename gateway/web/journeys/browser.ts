import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import type { Demo } from './hub';

const KNOWN = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Headless Chromium that speaks to nobody but the hub. */
export function openBrowser(): Promise<Browser> {
  const executablePath = process.env.UZEL_CHROMIUM ?? KNOWN.find((path) => existsSync(path));
  if (!executablePath) throw new Error('Chromium is not here: apt-get install chromium, or set UZEL_CHROMIUM');
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    // A microphone that hears a beep, allowed without a question.
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
  ];
  return chromium.launch({ executablePath, args });
}

export interface Look {
  width: number;
  height: number;
  dark: boolean;
  /** With the service worker of the application; pages are then taken out of its cache. */
  worker?: boolean;
  /** Where the person sits; with the company in Moscow where absent. */
  zone?: string;
}

/** Somebody in front of a screen of this size; a warning of the console is a defect and is kept. */
export async function openContext(browser: Browser, look: Look): Promise<BrowserContext> {
  return browser.newContext({
    viewport: { width: look.width, height: look.height },
    colorScheme: look.dark ? 'dark' : 'light',
    locale: 'ru-RU',
    timezoneId: look.zone ?? 'Europe/Moscow',
    reducedMotion: 'reduce',
    serviceWorkers: look.worker ? 'allow' : 'block',
  });
}

/** Complaints of a page: errors, everything that its policy has blocked, and whatever it asked of another machine. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    // An answer like 401 is said by the browser too; the screen says it in its own words.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    const ownKind = protocol === 'data:' || protocol === 'blob:';
    if (!ownKind && hostname !== '127.0.0.1') complaints.push(`asked another machine: ${request.url()}`);
  });
  return complaints;
}

/** Signs in as a person of the demo. */
export async function signIn(page: Page, demo: Demo, login: string): Promise<void> {
  const person = demo.users.find((user) => user.login === login);
  if (!person) throw new Error(`the demo knows no ${login}`);
  await page.goto(demo.url);
  await page.getByLabel('Логин').fill(person.login);
  await page.getByRole('textbox', { name: 'Пароль' }).fill(person.password);
  await page.getByRole('button', { name: 'Войти' }).click();
  await page.getByRole('navigation', { name: 'Разделы' }).waitFor();
}

/** Makes a fake provider act. */
export async function act(demo: Demo, path: string, body: unknown): Promise<void> {
  const answer = await fetch(`${demo.fakes.control}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
}

/** Changes how the fake Bank of Russia behaves: «well», «down», a wrong nominal and so on. */
export async function bankBehaves(demo: Demo, mode: unknown): Promise<void> {
  const answer = await fetch(`${demo.bank}/mode`, { method: 'POST', body: JSON.stringify(mode) });
  if (answer.status !== 204) throw new Error(`the fake bank: ${answer.status} ${await answer.text()}`);
}

/** Starts a task by hand on its screen and returns what is told of its end. */
export async function runTask(page: Page, demo: Demo, title: string): Promise<string> {
  await page.goto(`${demo.url}/settings/schedule`);
  await page.getByRole('button', { name: `Запустить сейчас: ${title}` }).click();
  // The note above the table names what failed too.
  const told = page.getByRole('alert').filter({ hasText: title, hasNotText: 'Не получилось' });
  await told.waitFor({ timeout: 20_000 });
  return told.innerText();
}
