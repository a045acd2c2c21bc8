import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { complaintsOf, openBrowser, openContext, signIn, type Look } from './browser';
import { Hub, type Demo } from './hub';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const DESK: Look = { width: 1440, height: 900, dark: false };

interface Finding {
  id: string;
  impact: string | null;
  nodes: { html: string; failureSummary?: string }[];
}

/** The demo with a browser; what pages complain of fails the journey that saw it. */
export function useDemo() {
  const stage = {} as { demo: Demo; browser: Browser };
  let hub: Hub;
  const complaints: string[][] = [];
  beforeAll(async () => {
    ({ hub, demo: stage.demo } = await Hub.demo());
    stage.browser = await openBrowser();
  });
  afterAll(async () => {
    await stage.browser?.close();
    await hub?.stop();
  });
  afterEach(() => {
    const heard = complaints.splice(0).flat();
    expect(heard, 'what the pages complained of').toEqual([]);
  });
  return {
    get demo() {
      return stage.demo;
    },
    sql: (statement: string) => hub.sql(statement),
    /** No client sleeps: what is sent goes, at whatever hour the journey is made. */
    noNight(): void {
      hub.sql("update messaging_rules set quiet_from = '09:00', quiet_until = '09:00'");
    },
    /** A page in which this person has signed in; an empty log-in is nobody. */
    async open(login: string, look: Partial<Look> = {}): Promise<Page> {
      const context = await openContext(stage.browser, { ...DESK, ...look });
      const page = await context.newPage();
      complaints.push(complaintsOf(page));
      if (login) await signIn(page, stage.demo, login);
      return page;
    },
  };
}

/** Serious findings of axe on what is shown now. */
export async function seriousFindings(page: Page, screen: string): Promise<string[]> {
  // Evaluated by the debugger: the policy of the page lets no foreign script in.
  await page.evaluate(AXE);
  const findings = await page.evaluate(async () => {
    const axe = (globalThis as unknown as { axe: { run: (options: unknown) => Promise<{ violations: unknown[] }> } }).axe;
    return (await axe.run({ resultTypes: ['violations'] })).violations;
  });
  const serious = (findings as Finding[]).filter((found) => found.impact === 'serious' || found.impact === 'critical');
  const words = (found: Finding) => found.nodes.map((node) => `${node.html} ${node.failureSummary ?? ''}`).join('\n  ');
  return serious.map((found) => `${screen}: ${found.id}: ${words(found)}`);
}
