// A browser with the page in it, which notes what must not happen and leaves a picture and a trace of what went wrong.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';

const FAILURES = fileURLToPath(new URL('failures', import.meta.url));
const { resolve } = createRequire(import.meta.url);
const AXE = readFileSync(resolve('axe-core/axe.min.js'), 'utf8');
/** What the component library calls its icons, and parts that it has no other language for. */
const ICONS = new Set(
  readdirSync(dirname(resolve('@ant-design/icons-svg/es/asn/PlusOutlined.js'))).map((file) =>
    file
      .replace(/(Outlined|Filled|TwoTone)?(\.d)?\.(js|ts)$/, '')
      .replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`)
      .toLowerCase(),
  ),
);
const UNTRANSLATED = /^(Close|segmented control|(Increase|Decrease) Value|expanded dropdown|remove|Select all)$/;
/** How long is waited for what has to come; a page that works is much faster. */
const PATIENCE = 30_000;

export function launch(): Promise<Browser> {
  const quiet = [
    'background-networking',
    'component-update',
    'sync',
    'extensions',
    'default-apps',
    'domain-reliability',
  ];
  return chromium.launch({
    executablePath: process.env.WENSHU_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', ...quiet.map((name) => `--disable-${name}`)],
  });
}

export interface Tab {
  page: Page;
  context: BrowserContext;
  /** Fails if the page did what it never may: asked another host, broke its policy, threw, or logged an error. */
  isClean: () => void;
}

/** A fresh tab on a server. */
export async function openTab(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Tab> {
  const context = await browser.newContext({
    baseURL: url,
    locale: 'zh-CN',
    viewport: { width: 1280, height: 820 },
    // What is still moving is clicked beside on a machine that draws few frames.
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
    ...options,
  });
  context.setDefaultTimeout(PATIENCE);
  await context.tracing.start({ screenshots: true, snapshots: true });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`threw: ${error.message}`));
  page.on('console', (message) => {
    const text = message.text();
    // A refusal that the page shows in its own words is logged by the browser all the same.
    if (message.type() === 'error' && !/Failed to load resource|ERR_/.test(text)) faults.push(`logged: ${text}`);
  });
  page.on('request', (request) => {
    const to = request.url();
    if (!to.startsWith(url) && !/^(data|blob):/.test(to)) faults.push(`asked another host: ${to}`);
  });
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      console.error(`policy broken: ${violatedDirective} ${blockedURI}`);
    });
  });
  return { page, context, isClean: () => expect(faults.splice(0)).toEqual([]) };
}

/** Call at the beginning of a test: if it fails, what was in the tab, and how it came to that, is left in `e2e/failures`. */
export async function keepFailure(tab: () => Tab, name: string): Promise<void> {
  const { page, context } = tab();
  await context.tracing.startChunk();
  onTestFinished(async ({ task }) => {
    if (task.result?.state !== 'fail') return context.tracing.stopChunk();
    mkdirSync(FAILURES, { recursive: true });
    const file = `${FAILURES}/${name.replace(/\W+/g, '-')}`;
    await page.screenshot({ path: `${file}.png` });
    await context.tracing.stopChunk({ path: `${file}.zip` });
    console.error(
      `the tab as it was: ${file}.png, and how it came to that: ${file}.zip (npx playwright-core show-trace)`,
    );
  });
}

interface Violation {
  id: string;
  help: string;
  nodes: { html: string; failureSummary?: string }[];
}

/** Fails if what is on the screen can't be used by everybody, as far as axe can tell. */
export async function isAccessible(page: Page, screen: string): Promise<void> {
  // What is fading in has no contrast yet.
  await page.evaluate(() => {
    const ending = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
    return Promise.all(ending.map((one) => one.finished.catch(() => undefined)));
  });
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run: (options: object) => Promise<{ violations: Violation[] }> } };
    const { violations } = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] });
    return violations.map(
      ({ id, help, nodes }) =>
        `${id}: ${help}\n${nodes.map((node) => `   ${node.html}\n   ${node.failureSummary ?? ''}`).join('\n')}`,
    );
  });
  expect(found, `axe on ${screen}`).toEqual([]);
  await isReadAloud(page, screen);
}

/** Fails if something on a Chinese page is called by the English name of its icon, or as the component library calls it unasked. */
async function isReadAloud(page: Page, screen: string): Promise<void> {
  if ((await page.locator('html').getAttribute('lang')) !== 'zh-CN') return;
  const heard = await page.locator('body').ariaSnapshot();
  const named = [
    ...heard.matchAll(
      /- '?(button|link|tab|menuitem|radio|switch|checkbox|combobox|textbox|spinbutton|img) "((?:[^"\\]|\\.)*)"/g,
    ),
  ].map(([, role = '', name = '']) => ({
    role,
    name,
  }));
  expect(named.length, `names on ${screen}`).toBeGreaterThan(3);
  const isForeign = ({ role, name }: { role: string; name: string }) => {
    const words = name.split(/\s+/);
    const isMixed = /\p{Script=Han}/u.test(name) && words.some((word) => ICONS.has(word));
    return isMixed || (role === 'img' && ICONS.has(name)) || UNTRANSLATED.test(name);
  };
  expect(named.filter(isForeign), `names on ${screen}`).toEqual([]);
}

/** Makes an account and comes in. */
export async function register(page: Page, email: string, password = 'passw0rd-1'): Promise<void> {
  await page.goto('/');
  await page.getByRole('button', { name: /注册一个|Register$/ }).click();
  await page.getByLabel(/邮箱|Email/).fill(email);
  await page.getByLabel(/^密码|^Password/).fill(password);
  await page.getByRole('button', { name: /^注册$|^Register$/ }).click();
  await page.getByRole('heading', { level: 1, name: /想知道什么|What would you like to know/ }).waitFor();
}

/** Comes in with an account that there is, where the page asks for it. */
export async function signIn(page: Page, email: string, password = 'passw0rd-1'): Promise<void> {
  await page.getByLabel('邮箱或用户名').fill(email);
  await page.getByLabel('密码').fill(password);
  await page.getByRole('button', { name: '登录', exact: true }).click();
}

/** Writes a question and sends it. */
export async function ask(page: Page, question: string): Promise<void> {
  await page.getByPlaceholder(/问一个关于数据的问题|接着问|Ask a/).fill(question);
  await page.getByRole('button', { name: /^发送$|^Send$/ }).click();
}
