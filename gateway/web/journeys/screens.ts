/** Takes a picture of every screen at three widths, light and dark, with the demo's data: `tests/screens`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { bankBehaves, openBrowser, openContext, runTask, signIn } from './browser';
import { Hub, type Demo } from './hub';

const folder = resolve(process.env.UZEL_SCREENS ?? 'screens');
const only = process.env.UZEL_SCREENS_ONLY?.split(',');
const WIDTHS = [
  { name: '1440', width: 1440, height: 900 },
  { name: '768', width: 768, height: 1024 },
  { name: '360', width: 360, height: 740 },
];

interface Screen {
  name: string;
  as?: string;
  path: string | ((page: Page, demo: Demo) => Promise<void>);
  then?: (page: Page) => Promise<void>;
}

const firstLink = (page: Page, selector: string) => page.locator(selector).first().getAttribute('href');

async function openFirst(page: Page, from: string, selector: string): Promise<void> {
  await page.goto(new URL(from, page.url()).href);
  await page.locator(selector).first().waitFor({ state: 'attached' });
  const link = await firstLink(page, selector);
  await page.goto(new URL(link!, page.url()).href);
}

/** The bank fails, and a tenfold figure is in doubt: the rest of the pictures have the warning. */
async function stopTheBank(page: Page, demo: Demo): Promise<void> {
  for (const mode of [{ tenfold: 'CNY' }, 'down']) {
    await bankBehaves(demo, mode);
    await runTask(page, demo, 'Курсы Банка России на завтра');
  }
  await page.goto(`${demo.url}/rates`);
}

/** The bank is well, and nobody has doubts: as before the pictures of the other widths. */
async function startTheBank(page: Page, demo: Demo): Promise<void> {
  await bankBehaves(demo, 'well');
  await runTask(page, demo, 'Курсы Банка России на завтра');
  await page.goto(`${demo.url}/rates`);
  await page.getByRole('img', { name: /^График курса/ }).waitFor();
  const keep = page.getByRole('button', { name: 'Оставить как есть' });
  if (await keep.isVisible()) {
    await keep.click();
    await keep.waitFor({ state: 'detached' });
  }
}

const SCREENS: Screen[] = [
  { name: 'login', as: '', path: '/login' },
  { name: 'password', as: '', path: '/password#token' },
  { name: 'setup', as: '', path: '/setup#token' },
  { name: 'dialogs', path: '/dialogs?tab=all' },
  { name: 'dialogs-manager', as: 'anna', path: '/dialogs' },
  { name: 'dialog', path: (page) => openFirst(page, '/dialogs?tab=all&channels=whatsapp', 'a[href^="/dialogs/"]') },
  {
    name: 'dialog-card',
    path: (page) => openFirst(page, '/dialogs?tab=all&channels=telegram', 'a[href^="/dialogs/"]'),
    then: async (page) => {
      const button = page.getByRole('button', { name: 'Карточка клиента' });
      if ((await button.getAttribute('aria-pressed')) === 'false') await button.click();
      await page.waitForTimeout(400);
    },
  },
  {
    name: 'dialog-templates',
    path: (page) => openFirst(page, '/dialogs?tab=all&channels=whatsapp', 'a[href^="/dialogs/"]'),
    then: async (page) => {
      await page.getByRole('button', { name: 'Выбрать шаблон' }).click();
      await page.getByRole('dialog').getByRole('button', { name: /order_ready/ }).waitFor();
    },
  },
  {
    name: 'dialog-template',
    path: (page) => openFirst(page, '/dialogs?tab=all&channels=whatsapp', 'a[href^="/dialogs/"]'),
    then: async (page) => {
      await page.getByRole('button', { name: 'Выбрать шаблон' }).click();
      await page.getByRole('dialog').getByRole('button', { name: /order_ready/ }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Отправить' }).click();
    },
  },
  {
    name: 'dialog-phrases',
    path: (page) => openFirst(page, '/dialogs?tab=all&channels=whatsapp', 'a[href^="/dialogs/"]'),
    then: async (page) => {
      await page.getByRole('button', { name: 'Быстрые ответы' }).click();
      await page.getByRole('listbox', { name: 'Быстрые ответы' }).getByRole('option').first().waitFor();
    },
  },
  {
    name: 'dialog-comment',
    path: (page) => openFirst(page, '/dialogs?tab=all&channels=whatsapp', 'a[href^="/dialogs/"]'),
    then: async (page) => {
      await page.getByRole('tab', { name: 'Комментарий' }).click();
      await page.getByRole('textbox', { name: 'Текст комментария' }).fill('Просит звонить после обеда');
      await page.waitForTimeout(300);
    },
  },
  {
    name: 'dialog-voice',
    path: (page) => openFirst(page, '/dialogs?tab=all&channels=whatsapp', 'a[href^="/dialogs/"]'),
    then: async (page) => {
      await page.getByRole('tab', { name: 'Ответ', exact: true }).click();
      await page.getByRole('button', { name: 'Записать голосовое' }).click();
      await page.getByText('0:02').waitFor();
      await page.getByRole('button', { name: 'Стоп' }).click();
      await page.getByRole('button', { name: 'Прослушать' }).waitFor();
    },
  },
  {
    name: 'dialog-plan',
    path: (page) => openFirst(page, '/dialogs?tab=all&channels=telegram', 'a[href^="/dialogs/"]'),
    then: async (page) => {
      await page.getByRole('tab', { name: 'Ответ', exact: true }).click();
      await page.getByRole('textbox', { name: 'Текст ответа' }).fill('Счёт пришлём утром');
      const button = page.getByRole('button', { name: 'Отправить позже' });
      if (await button.isVisible()) {
        await button.click();
      } else {
        await page.getByRole('button', { name: 'Отправить и закрыть или отложить' }).click();
        await page.getByRole('menuitem', { name: 'Отправить позже…' }).click();
      }
      await page.waitForTimeout(400);
    },
  },
  {
    name: 'search',
    path: '/dialogs?tab=all',
    then: async (page) => {
      await page.keyboard.press('Control+KeyK');
      await page.getByRole('combobox', { name: 'Поиск и команды' }).fill('поле');
      await page.waitForTimeout(600);
    },
  },
  { name: 'clients', path: '/clients' },
  { name: 'clients-foreign', as: 'anna', path: '/clients?text=поле' },
  { name: 'client', path: (page) => openFirst(page, '/clients', 'td a[href^="/clients/"], li a[href^="/clients/"]') },
  {
    name: 'client-new',
    path: '/clients',
    then: async (page) => {
      await page.getByRole('button', { name: 'Новый клиент' }).click();
      await page.getByRole('dialog').getByRole('textbox', { name: 'ИНН' }).fill('7707083894');
      await page.waitForTimeout(400);
    },
  },
  {
    name: 'change-request',
    as: 'anna',
    path: (page) => openFirst(page, '/clients', 'td a[href^="/clients/"], li a[href^="/clients/"]'),
    then: async (page) => {
      const card = page.getByRole('button', { name: 'Карточка клиента' });
      if ((await card.count()) > 0 && (await card.getAttribute('aria-pressed')) === 'false') await card.click();
      await page.getByRole('button', { name: 'Править карточку' }).click();
      await page.getByRole('dialog').getByRole('button', { name: /^Запрос на изменение/ }).first().click();
      const form = page.getByRole('dialog', { name: 'Запрос на изменение' });
      await form.getByRole('textbox', { name: /^Должно быть/ }).fill('ООО «Новое название»');
      await form.getByRole('textbox', { name: 'Почему' }).fill('Переименовались, пришлют скан устава');
      await page.waitForTimeout(300);
    },
  },
  {
    name: 'change-requests-own',
    as: 'anna',
    path: (page) => openFirst(page, '/clients', 'td a[href^="/clients/"], li a[href^="/clients/"]'),
    then: async (page) => {
      const client = /clients\/([0-9a-f-]+)/.exec(page.url())![1];
      await page.evaluate(async (id) => {
        const card = (await (await fetch(`/api/clients/${id}`)).json()) as { name: string };
        const body = { field: 'client.name', client_id: id, old_value: card.name, new_value: 'ООО «Новое название»', reason: 'Переименовались' };
        await fetch('/api/change-requests', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
      }, client);
      await page.goto(new URL('/settings/change-requests', page.url()).href);
      await page.getByRole('article').first().waitFor();
    },
  },
  {
    name: 'change-requests',
    path: '/settings/change-requests',
    then: async (page) => {
      await page.getByText('Показать и решённые').waitFor();
      await page.waitForTimeout(300);
    },
  },
  { name: 'bridge', path: '/settings/bridge' },
  { name: 'rooms', path: '/rooms' },
  { name: 'room', path: (page) => openFirst(page, '/rooms', 'a[href^="/rooms/"]') },
  { name: 'similar', path: '/clients/similar' },
  { name: 'calls', path: '/calls' },
  { name: 'tasks', as: 'anna', path: '/tasks' },
  {
    name: 'task-new',
    as: 'anna',
    path: '/tasks',
    then: async (page) => {
      await page.getByRole('button', { name: 'Новая задача' }).click();
      await page.getByRole('dialog', { name: 'Новая задача' }).getByLabel('Что сделать').fill('Уточнить адрес доставки');
      await page.waitForTimeout(300);
    },
  },
  {
    name: 'task-close',
    as: 'anna',
    path: '/tasks',
    then: async (page) => {
      await page.getByRole('button', { name: /^Закрыть/ }).first().click();
      await page.getByLabel('Результат').fill('Договорились на четверг');
    },
  },
  { name: 'tasks-control', as: 'rop', path: '/tasks?view=control' },
  {
    name: 'task',
    as: 'rop',
    path: '/tasks?view=control',
    then: async (page) => {
      await page.getByRole('button', { name: 'Уточнить реквизиты' }).first().click();
      await page.getByRole('region', { name: 'История задачи' }).waitFor();
      await page.waitForTimeout(300);
    },
  },
  { name: 'rates', path: startTheBank },
  { name: 'rates-manager', as: 'anna', path: '/rates?currency=CNY&period=year' },
  {
    name: 'rate-by-hand',
    path: '/rates',
    then: async (page) => {
      await page.getByRole('button', { name: 'Ввести курс вручную' }).click();
      const form = page.getByRole('dialog');
      await form.getByRole('textbox', { name: 'Курс, ₽' }).fill('98,5');
      await form.getByRole('textbox', { name: 'Почему' }).fill('По договору поставки');
      await form.getByRole('button', { name: 'Дальше' }).click();
      await page.getByText('Сейчас на этот день').waitFor();
      await page.waitForTimeout(400);
    },
  },
  { name: 'schedule', path: '/settings/schedule' },
  { name: 'rates-warning', path: stopTheBank },
  { name: 'schedule-failed', path: '/settings/schedule', then: (page) => page.waitForTimeout(300) },
  { name: 'channels', path: '/settings/channels' },
  { name: 'channel-new', path: '/settings/channels/new' },
  { name: 'channel-new-whatsapp', path: '/settings/channels/new?connector=whatsapp' },
  { name: 'channel', path: (page) => openFirst(page, '/settings/channels', 'a[href*="/settings/channels/0"]') },
  {
    name: 'channel-templates',
    path: '/settings/channels',
    then: async (page) => {
      await page.getByRole('link', { name: /WhatsApp/ }).click();
      const templates = page.getByRole('region', { name: 'Шаблоны' });
      await templates.getByText('приостановлен').waitFor();
      await templates.evaluate((section) => section.scrollIntoView());
    },
  },
  {
    name: 'channel-template-fields',
    path: '/settings/channels',
    then: async (page) => {
      await page.getByRole('link', { name: /WhatsApp/ }).click();
      await page.getByRole('button', { name: 'Назвать поля шаблона order_ready' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  { name: 'phrases', path: '/settings/phrases' },
  {
    name: 'phrase',
    path: '/settings/phrases?kind=sms',
    then: async (page) => {
      await page.getByRole('button', { name: /Заказ готов/ }).first().click();
      await page.getByRole('dialog').getByText(/часть SMS/).waitFor();
    },
  },
  { name: 'raw-events', path: '/settings/raw-events' },
  {
    name: 'raw-event',
    path: '/settings/raw-events',
    then: async (page) => {
      await page.locator('td button').first().click();
      await page.getByRole('heading', { name: 'Тело' }).waitFor();
    },
  },
  { name: 'users', path: '/settings/users' },
  { name: 'roles', path: '/settings/roles' },
  { name: 'mails', path: '/settings/mails' },
  { name: 'messaging', path: '/settings/messaging' },
  { name: 'audit', path: '/settings/audit' },
  { name: 'profile', path: '/settings/profile' },
  { name: 'news', path: '/settings/news' },
  { name: 'settings', path: '/settings' },
  { name: 'missing', path: '/no-such-page' },
];

const failed: string[] = [];

async function reach(page: Page, demo: Demo, screen: Screen): Promise<void> {
  if (typeof screen.path === 'string') await page.goto(demo.url + screen.path);
  else await screen.path(page, demo);
  // The live feed never ends, so that the network is never idle: what is being loaded says so.
  await page.waitForFunction(() => !document.querySelector('.mantine-Skeleton-root, .mantine-Loader-root'));
  await page.waitForTimeout(500);
  await screen.then?.(page);
}

async function take(browser: Browser, demo: Demo, screens: Screen[], dark: boolean): Promise<void> {
  for (const size of WIDTHS) {
    for (const login of new Set(screens.map((screen) => screen.as ?? 'admin'))) {
      const context = await openContext(browser, { ...size, dark });
      const page = await context.newPage();
      if (login) await signIn(page, demo, login);
      for (const screen of screens.filter((found) => (found.as ?? 'admin') === login)) {
        const file = `${screen.name}-${size.name}-${dark ? 'dark' : 'light'}.png`;
        await reach(page, demo, screen).catch((failure: unknown) => {
          // One way that leads nowhere does not cost the other pictures.
          failed.push(file);
          console.error(`${file}: ${String(failure)}`);
        });
        await page.screenshot({ path: join(folder, file) });
      }
      await context.close();
    }
  }
}

function contactSheet(screens: Screen[]): string {
  const rows = screens.flatMap((screen) =>
    ['light', 'dark'].map((look) => {
      const pictures = WIDTHS.map((size) => `<img loading="lazy" src="${screen.name}-${size.name}-${look}.png" height="360">`);
      return `<h2>${screen.name}, ${look}</h2><div>${pictures.join('\n')}</div>`;
    }),
  );
  return `<!doctype html><meta charset="utf-8"><title>Экраны Узла</title>${rows.join('\n')}`;
}

const { hub, demo } = await Hub.demo();
const began = Date.now();
const browser = await openBrowser();
try {
  mkdirSync(folder, { recursive: true });
  const screens = SCREENS.filter((screen) => !only || only.includes(screen.name));
  for (const dark of process.env.UZEL_SCREENS_LIGHT ? [false] : [false, true]) await take(browser, demo, screens, dark);
  writeFileSync(join(folder, 'index.html'), contactSheet(screens));
  console.log(`${screens.length} screens in ${Math.round((Date.now() - began) / 1000)} s: ${join(folder, 'index.html')}`);
  if (failed.length > 0) throw new Error(`${failed.length} pictures do not show what they should: ${failed.join(', ')}`);
} finally {
  await browser.close();
  await hub.stop();
}
