import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { act } from './browser';
import { useDemo } from './stage';

const stage = useDemo();

interface Shown {
  title: string;
  body: string;
  press: () => void;
}

/** What a service worker has of its registration. */
interface Worker {
  registration: { getNotifications(): Promise<{ title: string; body: string }[]> };
}

interface Stood {
  asked: number;
  hidden: boolean;
  shown: Shown[];
}

/** A browser whose notices are written down, and whose tabs are hidden when the journey says so. */
async function stand(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const stood: Stood = { asked: 0, hidden: false, shown: [] };
    let permission = sessionStorage.getItem('permission') ?? 'default';
    class Notice {
      static get permission() {
        return permission;
      }
      static requestPermission() {
        stood.asked += 1;
        permission = 'granted';
        sessionStorage.setItem('permission', permission);
        return Promise.resolve(permission);
      }
      onclick: (() => void) | null = null;
      constructor(title: string, { body }: { body: string }) {
        stood.shown.push({ title, body, press: () => this.onclick?.() });
      }
      close() {}
    }
    Object.assign(globalThis, { stood, Notification: Notice });
    Object.defineProperty(document, 'hidden', { get: () => stood.hidden });
  });
}

const stood = <T,>(page: Page, look: (stood: Stood) => T): Promise<T> =>
  page.evaluate(`(${look.toString()})(globalThis.stood)`) as Promise<T>;

const turnAway = (page: Page, hidden: boolean) =>
  page.evaluate((hidden) => {
    (globalThis as unknown as { stood: Stood }).stood.hidden = hidden;
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);

/** A new client, for whom the person of this page is responsible from now on. */
async function ownClient(page: Page, from: string, name: string): Promise<void> {
  await act(stage.demo, '/whatsapp/messages', { from, name, text: 'Добрый день' });
  const found = () =>
    page.evaluate(async (name) => {
      const answer = await fetch('/api/conversations?limit=100');
      const { items } = (await answer.json()) as { items: { contact: { name: string }; clients: { id: string }[] }[] };
      return items.find((row) => row.contact.name === name)?.clients[0]?.id ?? '';
    }, name);
  await expect.poll(found, { timeout: 10_000 }).not.toBe('');
  const taken = await page.evaluate(async (id) => (await fetch(`/api/clients/${id}/take`, { method: 'POST' })).status, await found());
  expect(taken).toBe(204);
}

test('one notice of two hidden tabs, none while one is looked at, and a press opens the place', async () => {
  const page = await stage.open('anna');
  await stand(page);
  await page.goto(`${stage.demo.url}/settings/profile`);
  const wanted = page.getByRole('switch', { name: 'Показывать уведомления' });
  await wanted.waitFor();
  expect(await stood(page, (all) => all.asked), 'nobody is asked before he wishes').toBe(0);
  await wanted.check({ force: true });
  expect(await stood(page, (all) => all.asked)).toBe(1);

  const second = await page.context().newPage();
  await stand(second);
  await second.addInitScript(() => sessionStorage.setItem('permission', 'granted'));
  await second.reload();
  await second.goto(`${stage.demo.url}/rates`);
  await second.getByRole('navigation', { name: 'Разделы' }).waitFor();
  const [from, name] = ['+79005550177', 'Нина Вестова'];
  await ownClient(page, from, name);
  const shown = async () => [
    ...(await stood(page, (all) => all.shown.map(({ title, body }) => `${title}: ${body}`))),
    ...(await stood(second, (all) => all.shown.map(({ title, body }) => `${title}: ${body}`))),
  ];

  await turnAway(second, true);
  await act(stage.demo, '/whatsapp/messages', { from, name, text: 'Первое, пока на вкладку смотрят' });
  await second.waitForTimeout(1500);
  expect(await shown()).toEqual([]);

  await turnAway(page, true);
  await act(stage.demo, '/whatsapp/messages', { from, name, text: 'Второе, когда не смотрит никто' });
  await expect.poll(shown, { timeout: 10_000 }).toEqual([`${name}: Второе, когда не смотрит никто`]);
  await page.waitForTimeout(1000);
  expect(await shown()).toHaveLength(1);

  const told = (await stood(page, (all) => all.shown.length)) > 0 ? page : second;
  await stood(told, (all) => all.shown[0]!.press());
  await told.waitForURL(/\/dialogs\//);
  await turnAway(told, false);
  await told.getByRole('log').getByText('Второе, когда не смотрит никто').waitFor();

  await turnAway(told, true);
  await page.evaluate(() => localStorage.setItem('uzel-notices-words', 'off'));
  await act(stage.demo, '/whatsapp/messages', { from, name, text: 'Третье, тайное' });
  await expect.poll(shown, { timeout: 10_000 }).toContain(`${name}: Новое сообщение`);
  expect((await shown()).join()).not.toContain('тайное');
});

test('where pages may show no notice the service worker does, and a press on it brings the tab to the place', async () => {
  const page = await stage.open('anna', { worker: true });
  const context = page.context();
  await context.grantPermissions(['notifications']);
  const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker'));
  await page.addInitScript(() => {
    class NoNotice {
      static permission = 'granted';
      constructor() {
        throw new TypeError("Failed to construct 'Notification': Illegal constructor.");
      }
    }
    localStorage.setItem('uzel-notices', 'on');
    Object.assign(globalThis, { stood: { hidden: false }, Notification: NoNotice });
    Object.defineProperty(document, 'hidden', { get: () => (globalThis as unknown as { stood: Stood }).stood.hidden });
  });
  await page.goto(`${stage.demo.url}/rates`);
  await page.getByRole('navigation', { name: 'Разделы' }).waitFor();
  const [from, name] = ['+79005550178', 'Мария Почтова'];
  await ownClient(page, from, name);
  await turnAway(page, true);
  await act(stage.demo, '/whatsapp/messages', { from, name, text: 'Когда отгрузка?' });
  const bodies = () =>
    worker.evaluate(async () => {
      const all = await (globalThis as unknown as Worker).registration.getNotifications();
      return all.map(({ title, body }) => `${title}: ${body}`);
    });
  await expect.poll(bodies, { timeout: 10_000 }).toEqual([`${name}: Когда отгрузка?`]);
  await worker.evaluate(async () => {
    const [notification] = await (globalThis as unknown as Worker).registration.getNotifications();
    const Pressed = (globalThis as unknown as { NotificationEvent: new (type: string, init: object) => Event }).NotificationEvent;
    dispatchEvent(new Pressed('notificationclick', { notification }));
  });
  await page.waitForURL(/\/dialogs\//);
  expect(await bodies()).toEqual([]);
});
