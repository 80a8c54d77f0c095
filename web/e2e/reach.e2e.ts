// The page for everybody: with the keyboard alone, on a very wide screen, and with more conversations than fit on one.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isAccessible, keepFailure, launch, openTab, register, type Tab } from './browser';
import { startServer, type Server } from './programs';

let server: Server;
let browser: Browser;
let tab: Tab;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launch()]);
  tab = await openTab(browser, server.url);
  await register(tab.page, 'ann@example.com');
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

/** Goes on with the Tab key until what is reached has this name; nobody would go on for longer. */
async function tabTo(page: Page, name: RegExp, most = 60): Promise<void> {
  const seen: string[] = [];
  for (let step = 0; step < most; step += 1) {
    await page.keyboard.press('Tab');
    const reached = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement | null;
      const label = element?.getAttribute('aria-label') ?? element?.getAttribute('placeholder');
      return label ?? element?.textContent ?? '';
    });
    seen.push(reached.slice(0, 30));
    if (name.test(reached)) return;
  }
  throw new Error(`${name} was not reached; but ${seen.join(' | ')}`);
}

test('a question is asked, its table walked, its SQL changed and run, without a mouse', async () => {
  await keepFailure(() => tab, 'keyboard');
  const { page } = tab;
  await page.goto('/');
  await page.getByRole('heading', { level: 1, name: /想知道什么/ }).waitFor();
  await page.keyboard.press('Tab');
  // The first stop leads past everything that is on every screen.
  await page.getByRole('link', { name: '跳到主要内容' }).press('Enter');
  await tabTo(page, /问一个关于数据的问题/);
  await page.keyboard.insertText('上月各城市的销售额');
  await page.keyboard.press('Enter');
  const answer = page.getByRole('region', { name: '回答' });
  await answer.getByRole('table').waitFor();
  const first = answer.getByRole('cell').first();
  await first.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Control+c');
  const second = await answer.getByRole('cell').nth(2).textContent();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(second);
  await tabTo(page, /查看 SQL/);
  await page.keyboard.press('Enter');
  await answer.getByRole('textbox', { name: 'SQL 编辑器' }).getByText('SELECT').first().waitFor();
  await answer.getByRole('button', { name: '编辑' }).press('Enter');
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText('SELECT COUNT(*) AS 门店数 FROM stores');
  await page.keyboard.press('Control+Enter');
  await answer.nth(1).getByText('门店数').first().waitFor();
  tab.isClean();
});

test('the axes of a chart are changed', async () => {
  await keepFailure(() => tab, 'axes');
  const { page } = tab;
  await page.getByRole('link', { name: '新问题' }).click();
  await page.getByPlaceholder('问一个关于数据的问题').fill('上月各城市的销售额和订单数');
  await page.getByRole('button', { name: '发送' }).click();
  const answer = page.getByRole('region', { name: '回答' });
  const picture = answer.getByRole('img', { name: /图表/ });
  await picture.locator('canvas').waitFor();
  const before = await picture.screenshot();
  await answer.getByLabel('横轴').click();
  await page.getByTitle('订单数', { exact: true }).last().click();
  await expect.poll(async () => (await picture.screenshot()).equals(before)).toBe(false);
  tab.isClean();
});

test('a very wide screen is used, and read without lines that never end', async () => {
  await keepFailure(() => tab, 'wide');
  const { page } = tab;
  await page.setViewportSize({ width: 2560, height: 1300 });
  const answer = page.getByRole('region', { name: '回答' }).first();
  const [chart, table, words] = await Promise.all(
    [answer.getByRole('img', { name: /图表/ }), answer.getByRole('table'), answer.locator('p').first()].map((part) =>
      part.boundingBox(),
    ),
  );
  // Chart and table stand beside each other where there is room.
  expect(table!.x).toBeGreaterThan(chart!.x + chart!.width);
  expect(words!.width).toBeLessThan(1700);
  const text = await page.evaluate(() => parseFloat(getComputedStyle(document.body).fontSize));
  expect(text).toBeGreaterThan(15);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBe(0);
  await isAccessible(page, 'wide answer');
  await page.goto('/settings');
  await page.getByText('内置引擎').first().waitFor();
  await isAccessible(page, 'wide settings');
  await page.setViewportSize({ width: 1280, height: 820 });
  tab.isClean();
});

test('older conversations come as the list is scrolled, each of them once', async () => {
  await keepFailure(() => tab, 'scroll');
  const { page } = tab;
  const MANY = 90;
  await page.evaluate(async (many) => {
    const { access } = JSON.parse(localStorage.getItem('wenshu.session') ?? '{}') as { access: string };
    const headers = { Authorization: `Bearer ${access}`, 'Content-Type': 'application/json' };
    for (let place = 1; place <= many; place += 1) {
      const body = JSON.stringify({
        preset_id: null,
        title: `第 ${place} 个`,
        messages: [{ role: 'user', content: '你好' }],
      });
      const { ok } = await fetch('/api/v1/chats', { method: 'POST', headers, body });
      if (!ok) throw new Error('no chat was made');
    }
  }, MANY);
  await page.goto('/');
  const links = page.getByRole('link', { name: /^第 \d+ 个$/ });
  await links.first().waitFor();
  expect(await links.count()).toBeLessThan(MANY);
  await page.getByRole('region', { name: '对话' }).hover();
  await expect
    .poll(
      async () => {
        await page.mouse.wheel(0, 4000);
        return links.count();
      },
      { timeout: 60_000 },
    )
    .toBe(MANY);
  const titles = await links.allTextContents();
  expect(new Set(titles).size).toBe(MANY);
  expect(titles[0]).toBe(`第 ${MANY} 个`);
  tab.isClean();
});

test('conversations are searched for once somebody pauses, and for whole words', async () => {
  await keepFailure(() => tab, 'search');
  const { page } = tab;
  const searched: (string | null)[] = [];
  page.on('request', (request) => {
    const { pathname, searchParams } = new URL(request.url());
    if (pathname === '/api/v1/conversations' && searchParams.has('q')) searched.push(searchParams.get('q'));
  });
  const field = page.getByRole('textbox', { name: '搜索对话' });
  await field.pressSequentially('第 7 个');
  const links = page.getByRole('region', { name: '对话' }).getByRole('link');
  await expect.poll(() => links.allTextContents()).toEqual(['第 7 个']);
  expect(searched).toEqual(['第 7 个']);
  // Letters of a word that is still being put together are none; what was found before stays meanwhile.
  const network = await tab.context.newCDPSession(page);
  await field.fill('');
  await network.send('Input.imeSetComposition', { text: 'di', selectionStart: 2, selectionEnd: 2 });
  await expect.poll(() => field.inputValue()).toBe('di');
  await network.send('Input.insertText', { text: '第 8 个' });
  await expect.poll(() => links.allTextContents()).toEqual(['第 8 个']);
  expect(searched).toEqual(['第 7 个', '第 8 个']);
  await network.detach();
  tab.isClean();
});

test('the documentation of the API is a click away', async () => {
  await keepFailure(() => tab, 'documentation');
  const { page } = tab;
  await page.goto('/settings');
  await page.getByRole('link', { name: '接口文档' }).click();
  await page.waitForURL('**/docs/**');
  await page.locator('.opblock-summary-path').first().waitFor();
});
