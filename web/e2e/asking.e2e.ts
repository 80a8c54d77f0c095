// Asking with the built-in engine: from the first visit to files, edited SQL, another language and another look.
import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, isAccessible, keepFailure, launch, openTab, register, type Tab } from './browser';
import { startServer, type Server } from './programs';

/** In which the first answer is to be seen, in milliseconds. */
const BOUND = 1500;

let server: Server;
let browser: Browser;
let tab: Tab;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launch()]);
  tab = await openTab(browser, server.url);
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

test('a newcomer registers and is shown what can be asked', async () => {
  await keepFailure(() => tab, 'register');
  const { page } = tab;
  await page.goto('/');
  await page.getByRole('button', { name: '登录', exact: true }).waitFor();
  await isAccessible(page, 'sign in');
  await register(page, 'ann@example.com');
  const suggestions = page.getByRole('list', { name: '试着问' }).getByRole('button');
  await suggestions.filter({ hasText: '销售额趋势' }).waitFor();
  expect(await suggestions.count()).toBeGreaterThanOrEqual(4);
  await isAccessible(page, 'hello');
  tab.isClean();
});

test('a question in Chinese is answered with words, a chart, rows and its reading, within a moment', async () => {
  await keepFailure(() => tab, 'ask');
  const { page } = tab;
  const answer = page.getByRole('region', { name: '回答' });
  const times: number[] = [];
  // Whatever else the machine does takes its time from some tries, and not from the best of several.
  while (times.length < 6 && !(Math.min(...times) < BOUND)) {
    if (times.length > 0) await page.getByRole('link', { name: '新问题' }).click();
    const begin = Date.now();
    await ask(page, '上月各城市的销售额');
    await answer.getByText(/销售额最高的是/).waitFor();
    times.push(Date.now() - begin);
  }
  console.log(`the first answer came after ${times.join(', ')} ms`);
  expect(Math.min(...times)).toBeLessThan(BOUND);
  await answer.getByRole('img', { name: /图表/ }).locator('canvas').waitFor();
  expect(await answer.getByRole('cell').first().textContent()).toMatch(/\p{Script=Han}/u);
  await answer.getByText(/指标：销售额/).waitFor();
  await page.getByRole('link', { name: '上月各城市的销售额' }).first().waitFor();
  await isAccessible(page, 'answer');
  tab.isClean();
});

test('rows are sorted, and a cell is copied', async () => {
  await keepFailure(() => tab, 'table');
  const { page } = tab;
  const table = page.getByRole('table');
  const amounts = async () => {
    const texts = await table.locator('tbody tr td:nth-child(2)').allTextContents();
    return texts.map((text) => Number(text.replaceAll(',', '')));
  };
  await table.getByRole('button', { name: '销售额' }).click();
  await table.getByRole('button', { name: '销售额' }).click();
  const ascending = await amounts();
  expect(ascending).toEqual([...ascending].sort((one, other) => one - other));
  await table.locator('tbody td').first().click();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Control+c');
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(Number(copied)).toBe(ascending[0]);
  tab.isClean();
});

test('a column is made wider, with the keys and with the mouse', async () => {
  await keepFailure(() => tab, 'columns');
  const { page } = tab;
  const head = page.getByRole('columnheader', { name: '城市' });
  const width = async () => (await head.boundingBox())!.width;
  const edge = page.getByRole('separator', { name: '调整「城市」的列宽' });
  await edge.focus();
  const first = await width();
  for (let step = 0; step < 4; step += 1) await page.keyboard.press('ArrowRight');
  await expect.poll(width).toBeCloseTo(first + 64, 0);
  const { x, y, width: thick, height } = (await edge.boundingBox())!;
  await page.mouse.move(x + thick / 2, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + thick / 2 + 100, y + height / 2, { steps: 3 });
  await page.mouse.up();
  await expect.poll(width).toBeCloseTo(first + 164, 0);
  tab.isClean();
});

test('all rows are there, page by page, and are copied as a table', async () => {
  await keepFailure(() => tab, 'pages');
  const { page } = tab;
  const rows = page.getByRole('table').locator('tbody tr');
  const seen = await rows.locator('td:first-child').allTextContents();
  expect(seen).toHaveLength(10);
  await page.getByRole('listitem', { name: '2', exact: true }).click();
  await expect.poll(async () => rows.count()).toBeLessThan(10);
  seen.push(...(await rows.locator('td:first-child').allTextContents()));
  expect(new Set(seen).size).toBe(seen.length);
  await page.getByText(`${seen.length} 行`).waitFor();
  await page.getByRole('button', { name: '复制表格' }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const lines = copied.split('\n').map((line) => line.split('\t')[0]);
  expect(lines).toEqual(['城市', ...seen]);
  tab.isClean();
});

test('the chart changes its kind and is taken along as PNG and SVG', async () => {
  await keepFailure(() => tab, 'chart');
  const { page } = tab;
  for (const kind of ['折线图', '饼图', '散点图', '面积图', '柱状图']) {
    await page.getByTitle(kind).click();
    await page.getByRole('img', { name: /图表/ }).locator('canvas').waitFor();
  }
  for (const [label, begin] of [
    ['PNG', Buffer.from([0x89, 0x50, 0x4e, 0x47])],
    ['SVG', Buffer.from('<svg')],
  ] as const) {
    await page.getByRole('button', { name: '下载图表' }).click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: `下载 ${label}` }).click(),
    ]);
    const bytes = await readFile(await file.path());
    expect(bytes.subarray(0, begin.length).equals(begin), label).toBe(true);
    expect(file.suggestedFilename()).toBe(`上月各城市的销售额.${label.toLowerCase()}`);
  }
  tab.isClean();
});

test('a follow-up knows what was asked before, and a question that is not understood says what to ask', async () => {
  await keepFailure(() => tab, 'follow-up');
  const { page } = tab;
  await ask(page, '那今年呢');
  const answers = page.getByRole('region', { name: '回答' });
  await expect.poll(() => answers.count()).toBe(2);
  await answers.nth(1).getByRole('columnheader', { name: '城市' }).waitFor();
  await answers.nth(1).getByText(/今年/).first().waitFor();
  await ask(page, '上月各城市的天气');
  await answers
    .nth(2)
    .getByText(/没有看懂/)
    .waitFor();
  await answers.nth(2).getByText('上月 · 城市').waitFor();
  await isAccessible(page, 'failure');
  await answers.nth(2).getByRole('button').filter({ hasText: '销售额' }).first().click();
  await answers.nth(3).getByRole('table').waitFor();
  tab.isClean();
});

test('SQL is shown, edited, refused when it would write, and run', async () => {
  await keepFailure(() => tab, 'sql');
  const { page } = tab;
  const answers = page.getByRole('region', { name: '回答' });
  const before = await answers.count();
  const last = answers.nth(before - 1);
  await last.getByRole('button', { name: '查看 SQL' }).click();
  await last.getByRole('textbox', { name: 'SQL 编辑器' }).getByText('SELECT').first().waitFor();
  await isAccessible(page, 'SQL');
  await last.getByRole('button', { name: '编辑' }).click();
  const write = async (sql: string) => {
    await last.getByRole('textbox', { name: 'SQL 编辑器' }).click();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(sql);
  };
  await write('DELETE FROM orders');
  await last.getByRole('button', { name: '运行' }).click();
  await page.getByText(/没有通过只读检查/).waitFor();
  await write('SELECT city AS 城市, COUNT(*) AS 门店数 FROM stores GROUP BY city');
  await page.keyboard.press('Control+Enter');
  await answers.nth(before).getByRole('columnheader', { name: '门店数' }).waitFor();
  tab.isClean();
});

test('an answer is exported as CSV and as a workbook', async () => {
  await keepFailure(() => tab, 'export');
  const { page } = tab;
  const last = page.getByRole('region', { name: '回答' }).last();
  for (const [label, ending, begin] of [
    ['CSV 文件', 'csv', '城市,门店数'],
    ['Excel 文件', 'xlsx', 'PK'],
  ] as const) {
    await last.getByRole('button', { name: '导出' }).click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: label }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(new RegExp(`\\.${ending}$`));
    expect((await readFile(await file.path(), 'utf8')).replace('\uFEFF', '')).toMatch(new RegExp(`^${begin}`));
  }
  tab.isClean();
});

test('an answer is found helpful or not, and that is kept', async () => {
  await keepFailure(() => tab, 'feedback');
  const { page } = tab;
  const answer = page.getByRole('region', { name: '回答' }).first();
  const good = answer.getByRole('button', { name: '有帮助' });
  const bad = answer.getByRole('button', { name: '没帮助' });
  await good.click();
  await expect.poll(() => good.getAttribute('aria-pressed')).toBe('true');
  await bad.click();
  await expect.poll(() => bad.getAttribute('aria-pressed')).toBe('true');
  expect(await good.getAttribute('aria-pressed')).toBe('false');
  await page.reload();
  await expect.poll(() => bad.getAttribute('aria-pressed')).toBe('true');
  const others = page.getByRole('region', { name: '回答' }).nth(1);
  expect(await others.getByRole('button', { name: '没帮助' }).getAttribute('aria-pressed')).toBe('false');
  tab.isClean();
});

test('a conversation is marked, renamed, found and deleted', async () => {
  await keepFailure(() => tab, 'conversations');
  const { page } = tab;
  const more = (name: string) => page.getByRole('button', { name: `更多: ${name}` }).first();
  const choose = async (title: string, item: string) => {
    await page.getByRole('link', { name: title }).first().hover();
    await more(title).click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  await choose('上月各城市的销售额', '收藏');
  await choose('上月各城市的销售额', '重命名');
  await page.getByRole('textbox', { name: '重命名对话' }).fill('十月的城市');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: '十月的城市' }).waitFor();
  await page.getByRole('link', { name: '新问题' }).click();
  await ask(page, '今年各月的订单数');
  await page.getByRole('link', { name: '今年各月的订单数' }).waitFor();
  await page.getByRole('region', { name: '回答' }).getByRole('table').waitFor();
  await page.getByRole('button', { name: '只看收藏' }).click();
  await expect.poll(() => page.getByRole('link', { name: '今年各月的订单数' }).count()).toBe(0);
  await page.getByRole('link', { name: '十月的城市' }).waitFor();
  await page.getByRole('button', { name: '全部对话' }).click();
  // A word of a message, not of a title.
  await page.getByRole('textbox', { name: '搜索对话' }).fill('今年呢');
  await expect.poll(() => page.getByRole('link', { name: '今年各月的订单数' }).count()).toBe(0);
  await page.getByRole('link', { name: '十月的城市' }).waitFor();
  await page.getByRole('textbox', { name: '搜索对话' }).fill('');
  await choose('今年各月的订单数', '删除');
  await page.getByRole('dialog').getByRole('button', { name: '删除' }).click();
  await page.getByRole('heading', { name: '想知道什么？' }).waitFor();
  await expect.poll(() => page.getByRole('link', { name: '今年各月的订单数' }).count()).toBe(0);
  tab.isClean();
});

test('the page speaks English and is dark, and stays so', async () => {
  await keepFailure(() => tab, 'language');
  const { page } = tab;
  const menu = async (item: string) => {
    await page.getByRole('button', { name: 'ann' }).click();
    await page.getByRole('menuitem', { name: item, exact: true }).click();
  };
  await menu('English');
  await page.getByRole('heading', { name: 'What would you like to know?' }).waitFor();
  await menu('Dark');
  await page.reload();
  await page.getByRole('list', { name: 'Try asking' }).getByText('Sales by region last month').click();
  await page.getByText(/has the highest sales/).waitFor();
  await page.getByText(/Measure: sales/).waitFor();
  expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(19, 21, 22)');
  await isAccessible(page, 'dark answer in English');
  expect(await page.title()).toBe('Sales by region last month · Wenshu');
  tab.isClean();
});

test('another browser speaks and looks as the account wants it', async () => {
  const other = await openTab(browser, server.url);
  await keepFailure(() => other, 'other browser');
  const { page } = other;
  await page.goto('/');
  await page.getByLabel('邮箱或用户名').fill('ann@example.com');
  expect(await page.title()).toBe('登录 · 问数');
  await page.getByLabel('密码').fill('passw0rd-1');
  await page.getByRole('button', { name: '登录', exact: true }).click();
  await page.getByRole('heading', { name: 'What would you like to know?' }).waitFor();
  await expect.poll(() => page.title()).toBe('New question · Wenshu');
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await expect.poll(background).toBe('rgb(19, 21, 22)');
  // What the server says comes in the language that is spoken by now.
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('tab', { name: 'Prompts' }).click();
  const prompts = page.getByRole('menu').getByRole('menuitem');
  await prompts.first().waitFor();
  const english = await prompts.allTextContents();
  await page.getByRole('button', { name: 'ann' }).click();
  await page.getByRole('menuitem', { name: '中文', exact: true }).click();
  await page.getByRole('tab', { name: '提示词' }).waitFor();
  await expect.poll(() => prompts.allTextContents()).not.toEqual(english);
  await page.getByRole('button', { name: 'ann' }).click();
  await page.getByRole('menuitem', { name: 'English', exact: true }).click();
  await page.getByRole('tab', { name: 'Prompts' }).waitFor();
  await page.waitForLoadState('networkidle');
  other.isClean();
});

test('a narrow screen has everything, and nothing wider than itself', async () => {
  await keepFailure(() => tab, 'narrow');
  const { page } = tab;
  await page.setViewportSize({ width: 360, height: 740 });
  await page.getByRole('button', { name: 'Open the menu' }).click();
  await page.getByRole('link', { name: '十月的城市' }).click();
  await page.getByRole('region', { name: 'Answer' }).first().getByRole('table').waitFor();
  const wide = await page.evaluate(
    () => document.getElementById('content')!.scrollWidth - document.getElementById('content')!.clientWidth,
  );
  expect(wide).toBe(0);
  await isAccessible(page, 'narrow answer');
  await page.setViewportSize({ width: 1280, height: 820 });
  tab.isClean();
});

test('who signs out is out, and comes back to where they were', async () => {
  await keepFailure(() => tab, 'sign-out');
  const { page } = tab;
  const address = page.url();
  await page.getByRole('button', { name: 'ann' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByLabel('Email or user name').waitFor();
  await page.goto(address);
  await page.getByLabel('Email or user name').fill('ann@example.com');
  await page.getByLabel('Password').fill('passw0rd-wrong1');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('alert').waitFor();
  await page.getByLabel('Password').fill('passw0rd-1');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('region', { name: 'Answer' }).first().getByRole('table').waitFor();
  expect(page.url()).toBe(address);
  tab.isClean();
});
