// What is looked after for everybody: sessions that are ended, databases and models that are shared, codes that are handed out, and what
// was used.
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { ask, isAccessible, keepFailure, launch, openTab, register, signIn, type Tab } from './browser';
import { startModel, startServer, type ScriptedModel, type Server } from './programs';

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0';
const SQL = '```sql\nSELECT city AS 城市, COUNT(*) AS 门店数 FROM stores GROUP BY city ORDER BY city\n```';

let model: ScriptedModel;
let server: Server;
let browser: Browser;
let admin: Tab;
let user: Tab;

beforeAll(async () => {
  model = await startModel();
  await model.script({ when: 'Question:', pieces: [SQL] });
  await model.script({ pieces: ['好的。'] });
  [server, browser] = await Promise.all([startServer(), launch()]);
  await mkdir(join(server.folder, 'sources'), { recursive: true });
  await copyFile(join(server.folder, 'demo.db'), join(server.folder, 'sources', 'plain.db'));
  admin = await openTab(browser, server.url);
  await register(admin.page, 'admin@example.com');
  user = await openTab(browser, server.url);
  await register(user.page, 'user@example.com');
});
afterAll(async () => {
  await browser.close();
  await server.stop();
  await model.stop();
});

const answers = ({ page }: Tab) => page.getByRole('region', { name: '回答' });
const list = ({ page }: Tab, name: string) => page.getByRole('list', { name });
const card = (tab: Tab, name: string, text: string) => list(tab, name).getByRole('listitem').filter({ hasText: text });
const adminTab = async (name: string) => {
  await admin.page.getByRole('link', { name: '管理', exact: true }).click();
  await admin.page.getByRole('tab', { name }).click();
};
const isOut = ({ page }: Tab) => page.getByRole('button', { name: '登录', exact: true }).waitFor();

/** What the server says to the access token that a browser has. */
const isLetIn = ({ page }: Tab) =>
  page.evaluate(async () => {
    const { access } = JSON.parse(localStorage.getItem('wenshu.session') ?? '{}') as { access: string };
    return (await fetch('/api/v1/auth/me', { headers: { Authorization: `Bearer ${access}` } })).status;
  });

/** Another browser in which the user is signed in. */
async function elsewhere(userAgent?: string): Promise<Tab> {
  const tab = await openTab(browser, server.url, userAgent ? { userAgent } : {});
  onTestFinished(() => tab.context.close());
  await tab.page.goto('/');
  await signIn(tab.page, 'user@example.com');
  await tab.page.getByRole('heading', { level: 1, name: /想知道什么/ }).waitFor();
  return tab;
}

test('a session in another browser is seen, ended, and out at once', async () => {
  await keepFailure(() => user, 'sessions');
  const firefox = await elsewhere(FIREFOX);
  await user.page.goto('/account');
  const own = card(user, '会话', '这个浏览器');
  await own.getByText(/^Chrome/).waitFor();
  expect(await own.getByRole('button', { name: /结束会话/ }).count()).toBe(0);
  const other = card(user, '会话', 'Firefox · Windows');
  await other.getByText(/^登录：\d{4}年/).waitFor();
  await isAccessible(user.page, 'sessions');
  await other.getByRole('button', { name: '结束会话: Firefox · Windows' }).click();
  await expect.poll(() => other.count()).toBe(0);
  expect(await isLetIn(firefox)).toBe(401);
  // Who comes back to the tab is out there too.
  await firefox.page.evaluate(() => window.dispatchEvent(new Event('visibilitychange')));
  await isOut(firefox);
  // All others at once, and this one stays.
  const more = [await elsewhere(), await elsewhere()];
  expect(await Promise.all(more.map(isLetIn))).toEqual([200, 200]);
  await user.page.reload();
  await expect.poll(() => list(user, '会话').getByRole('listitem').count()).toBe(3);
  await user.page.getByRole('button', { name: '结束其他所有会话' }).click();
  await user.page.getByRole('dialog').getByRole('button', { name: '结束其他所有会话' }).click();
  await expect.poll(() => list(user, '会话').getByRole('listitem').count()).toBe(1);
  for (const tab of more) {
    expect(await isLetIn(tab)).toBe(401);
    await tab.page.reload();
    await isOut(tab);
  }
  await own.getByRole('button', { name: '在这里退出' }).click();
  await isOut(user);
  await signIn(user.page, 'user@example.com');
  await own.waitFor();
  user.isClean();
});

test('an admin shares a database, which a user asks, and takes it back', async () => {
  await keepFailure(() => admin, 'shared database');
  const { page } = admin;
  await adminTab('共享');
  const demo = card(admin, '共享数据库', '演示数据库');
  await demo.getByRole('button', { name: /^测试连接/ }).click();
  await demo.getByRole('status').filter({ hasText: '张表' }).waitFor();
  expect(await demo.getByRole('button', { name: /^(编辑|删除)/ }).count()).toBe(0);
  await isAccessible(page, 'shared');
  await page.getByRole('button', { name: '添加数据库' }).click();
  const form = page.getByRole('dialog');
  expect(await form.getByLabel('设为默认').count()).toBe(0);
  await form.getByLabel('类型').click();
  await page.getByTitle('SQLite').click();
  await form.getByLabel('名称').fill('门店库');
  await form.getByLabel('文件').fill('../../wenshu.db');
  await form.getByRole('button', { name: '保存并测试' }).click();
  // What is wrong is said at its field.
  await form.getByText(/须位于管理员允许的目录/).waitFor();
  await form.getByLabel('文件').fill('plain.db');
  await form.getByRole('button', { name: '保存并测试' }).click();
  const shared = card(admin, '共享数据库', '门店库');
  await shared
    .getByRole('status')
    .filter({ hasText: /SQLite 3.*7 张表/ })
    .waitFor();
  await page.getByRole('button', { name: '编辑: 门店库' }).click();
  await form.getByLabel('名称').fill('门店总库');
  await form.getByRole('button', { name: '保存并测试' }).click();
  await card(admin, '共享数据库', '门店总库').getByRole('status').waitFor();

  await user.page.goto('/');
  await user.page.getByLabel('数据来源').click();
  await user.page.getByTitle('门店总库').click();
  await ask(user.page, '一共有多少 customers？');
  await answers(user)
    .getByText(/^[\d,]{2,}$/)
    .first()
    .waitFor();
  await user.page.goto('/data');
  const seen = user.page.getByRole('listitem').filter({ hasText: '门店总库' });
  await seen.getByText('共享', { exact: true }).waitFor();
  await seen.getByRole('button', { name: '更多: 门店总库' }).click();
  await user.page.getByRole('menuitem', { name: '测试连接' }).waitFor();
  expect(await user.page.getByRole('menuitem', { name: /编辑|删除/ }).count()).toBe(0);

  await page.getByRole('button', { name: '删除: 门店总库' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '删除' }).click();
  await expect.poll(() => card(admin, '共享数据库', '门店总库').count()).toBe(0);
  await user.page.reload();
  await user.page.getByRole('listitem').filter({ hasText: '演示数据库' }).waitFor();
  expect(await seen.count()).toBe(0);
  admin.isClean();
  user.isClean();
});

test('an admin shares a model, first with what is wrong, and a user is answered by it', async () => {
  await keepFailure(() => admin, 'shared model');
  const { page } = admin;
  await page.getByRole('button', { name: '添加模型' }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel('提供方').click();
  await page.getByTitle('OpenAI compatible · 兼容接口').click();
  await form.getByLabel('模型名称').fill('scripted');
  await form.getByLabel('显示名称').fill('大家的模型');
  await form.getByLabel('接口地址').fill('http://127.0.0.1:1/v1');
  await form.getByLabel('每个 token 的积分').fill('3');
  await form.getByRole('button', { name: '保存并测试' }).click();
  const shared = card(admin, '共享模型', '大家的模型');
  await shared.getByText(/每个 token 3 积分/).waitFor();
  await shared.getByRole('status').waitFor();
  await page.getByRole('button', { name: '编辑: 大家的模型' }).click();
  await form.getByLabel('接口地址').fill(model.url);
  await form.getByRole('button', { name: '保存并测试' }).click();
  await shared.getByRole('status').filter({ hasText: 'ms' }).waitFor();
  await isAccessible(page, 'shared model');

  await user.page.goto('/');
  await user.page.getByLabel('模型').click();
  await user.page.locator('.ant-select-item-option').filter({ hasText: '大家的模型' }).click();
  await ask(user.page, '各城市有几家门店');
  await answers(user).getByRole('columnheader', { name: '门店数' }).waitFor();
  await answers(user).getByText('好的。').waitFor();
  admin.isClean();
  user.isClean();
});

test('what was used today is seen as a chart and in figures, together, by model and by user', async () => {
  await keepFailure(() => admin, 'usage');
  const { page } = admin;
  await adminTab('用量');
  const figure = async (name: string) => {
    const text = await page.locator('dl > div').filter({ hasText: name }).locator('dd').textContent();
    return Number(text?.replaceAll(',', ''));
  };
  await page.getByRole('img', { name: '图表：回答' }).locator('canvas').waitFor();
  await expect.poll(() => figure('回答')).toBe(2);
  expect(await figure('token')).toBeGreaterThan(0);
  const table = page.getByRole('group', { name: '用量' });
  const today = await page.evaluate(() =>
    new Date().toLocaleDateString('zh-CN', { timeZone: 'UTC', year: 'numeric', month: '2-digit', day: '2-digit' }),
  );
  await table.getByRole('cell', { name: today }).waitFor();
  await isAccessible(page, 'usage');
  await page.getByText('模型', { exact: true }).click();
  const row = (name: string) => table.getByRole('row').filter({ hasText: name });
  await row('scripted').waitFor();
  // One more answer is one more.
  await ask(user.page, '各城市有几家门店');
  await answers(user).nth(1).getByText('好的。').waitFor();
  await user.page.getByRole('button', { name: '发送' }).waitFor();
  await page.getByText('用户', { exact: true }).last().click();
  await expect.poll(() => figure('回答')).toBe(3);
  expect(await row('user@example.com').getByRole('cell').nth(2).textContent()).toBe('3');
  await page.getByText('月', { exact: true }).click();
  await table.getByRole('columnheader', { name: '月' }).waitFor();
  await page.getByText('7 天', { exact: true }).click();
  await expect.poll(() => figure('回答')).toBe(3);
  await page.locator('.ant-segmented').filter({ hasText: '积分' }).getByText('token', { exact: true }).click();
  await page.getByRole('img', { name: '图表：token' }).locator('canvas').waitFor();
  // Before anything was asked there is nothing.
  await page.getByLabel('从', { exact: true }).fill('2026-01-01');
  await page.getByLabel('到', { exact: true }).fill('2026-01-31');
  await page.getByText('这段时间没有用量').waitFor();
  await page.getByLabel('从', { exact: true }).fill('2020-01-01');
  await page.getByRole('alert').waitFor();
  await isAccessible(page, 'usage of too long a time');
  admin.isClean();
  user.isClean();
});

test('codes are listed with who used them, and can be taken back before', async () => {
  await keepFailure(() => admin, 'codes');
  const { page } = admin;
  await adminTab('兑换码');
  await page.getByText('还没有兑换码').waitFor();
  const make = async (code: string) => {
    await page.getByPlaceholder('留空则随机生成').fill(code);
    await page.getByRole('button', { name: '生成兑换码' }).click();
    await page.getByRole('cell', { name: code, exact: true }).waitFor();
  };
  await make('GIFT-ONE');
  await make('GIFT-TWO');
  const row = (code: string) => page.getByRole('row').filter({ hasText: code });
  await row('GIFT-ONE').getByText('未使用').waitFor();
  await user.page.goto('/account');
  await user.page.getByPlaceholder('兑换码').fill('GIFT-ONE');
  await user.page.getByRole('button', { name: '兑换' }).click();
  await user.page.getByRole('cell', { name: '+100' }).waitFor();
  await page.reload();
  await row('GIFT-ONE')
    .getByText(/user@example\.com · \d{4}年/)
    .waitFor();
  expect(await row('GIFT-ONE').getByRole('button').count()).toBe(0);
  await isAccessible(page, 'codes');
  await page.getByRole('button', { name: '删除: GIFT-TWO' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '删除' }).click();
  await expect.poll(() => row('GIFT-TWO').count()).toBe(0);
  // What was pressed is gone: whoever works with the keyboard is on the screen, not nowhere.
  await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('content');
  admin.isClean();
  user.isClean();
});
