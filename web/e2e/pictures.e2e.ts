// The pictures of the documents: taken only when WENSHU_PICTURES names a folder, and otherwise a walk through every screen in both
// languages that asks axe and the policy.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Browser } from 'playwright-core';
import { ask, isAccessible, keepFailure, launch, openTab, register, type Tab } from './browser';
import { startServer } from './programs';

const SIZE = { width: 1280, height: 820 };
const FOLDER = process.env.WENSHU_PICTURES;

/** A small file of sales. */
function file(name: string, head: string, kinds: string[]) {
  const rows = Array.from({ length: 36 }, (_, row) => {
    const month = String(1 + Math.floor(row / 3)).padStart(2, '0');
    return `${kinds[row % kinds.length]},${900 + ((row * 7919) % 4000)}.50,2024-${month}-15`;
  });
  return { name, mimeType: 'text/csv', buffer: Buffer.from([head, ...rows].join('\n')) };
}

const SPEECH = {
  zh: {
    locale: 'zh-CN',
    question: '近 12 个月的销售额趋势',
    hint: '上月各',
    answer: '回答',
    menu: '打开菜单',
    title: /^(?!问数).+ · 问数$/,
    file: file('门店销售.csv', '地区,产品,销售额,日期', ['华东,茶叶', '华北,瓷器', '华南,丝绸']),
  },
  en: {
    locale: 'en-US',
    question: 'Sales by month in the last 12 months',
    hint: 'last month',
    answer: 'Answer',
    menu: 'Open the menu',
    title: /^(?!Wenshu)[^\u4e00-\u9fff]+ · Wenshu$/,
    file: file('store sales.csv', 'region,product,sales,day', ['North,Tea', 'East,China', 'South,Silk']),
  },
} as const;

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

for (const [language, speech] of Object.entries(SPEECH)) {
  test(`every screen, in ${language}`, async () => {
    // Who comes first is an admin, and sees what admins see.
    const server = await startServer();
    onTestFinished(server.stop);
    const tab: Tab = await openTab(browser, server.url, { locale: speech.locale });
    await keepFailure(() => tab, `screens ${language}`);
    const { page } = tab;
    const take = async (name: string, isWhole = false) => {
      await isAccessible(page, `${name} in ${language}`);
      if (FOLDER) await page.screenshot({ path: join(FOLDER, `${name}-${language}.png`) });
      if (isWhole) return;
      // The same for whoever sits in the dark, and with a telephone.
      await page.emulateMedia({ colorScheme: 'dark' });
      await isAccessible(page, `${name} in ${language}, dark`);
      await page.setViewportSize({ width: 360, height: 740 });
      await page.getByRole('button', { name: speech.menu }).waitFor();
      await isAccessible(page, `${name} in ${language}, dark and narrow`);
      const wide = () =>
        page.evaluate(() => {
          const content = document.getElementById('content')!;
          return content.scrollWidth - content.clientWidth;
        });
      await expect.poll(wide, { message: `${name} is as wide as the screen` }).toBe(0);
      expect(await page.title()).toMatch(speech.title);
      await page.setViewportSize(SIZE);
      await page.emulateMedia({ colorScheme: 'light' });
    };
    await register(page, `${language}@example.com`);
    await page.getByText(speech.hint).first().waitFor();
    await page.mouse.move(0, 0);
    await take('hello');
    await ask(page, speech.question);
    await page.getByRole('region', { name: speech.answer }).locator('canvas').waitFor();
    await page.getByRole('region', { name: speech.answer }).getByRole('table').waitFor();
    await take('answer');
    const address = new URL(page.url()).pathname;

    await page.goto('/data');
    await page.getByRole('tabpanel').locator('details').first().waitFor();
    await take('data');
    await page.getByRole('tab').nth(1).click();
    await page.locator('.react-flow__edge').first().waitFor({ state: 'attached' });
    await take('relations');
    await page.getByRole('tab').nth(2).click();
    await page.getByRole('cell').first().waitFor();
    await take('words');
    await page.goto('/data/datasets');
    await page.locator('input[type=file]').setInputFiles(speech.file);
    await page.getByRole('table').waitFor();
    await page.locator('.ant-message-notice').waitFor({ state: 'detached' });
    await page.mouse.move(0, 0);
    await take('datasets');
    for (const [path, name] of [
      ['/settings', 'models'],
      ['/settings/preferences', 'preferences'],
      ['/settings/presets', 'presets'],
      ['/settings/prompts', 'prompts'],
      ['/account', 'account'],
      ['/admin', 'people'],
      ['/admin/codes', 'codes'],
      ['/admin/shared', 'shared'],
      ['/admin/usage', 'usage'],
      ['/nothing-here', 'nothing'],
    ] as const) {
      await page.goto(path);
      await page.locator('#content :is(h1, p, li, .cm-content)').first().waitFor();
      await page.waitForLoadState('networkidle');
      if (path.startsWith('/admin')) await page.locator('#content').getByRole('tab').first().waitFor();
      await take(name);
    }
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 390, height: 780 });
    await page.goto(address);
    await page.getByRole('region', { name: speech.answer }).locator('canvas').waitFor();
    await take('phone-dark', true);
    tab.isClean();
    // Each of some twenty screens is asked three times.
  }, 600_000);
}
