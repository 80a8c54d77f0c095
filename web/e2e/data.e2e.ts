// Databases: adding one of a file and one of a server, looking at tables, drawing a relation, teaching a word, and asking back.
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, isAccessible, keepFailure, launch, openTab, register, type Tab } from './browser';
import { startServer, type Server } from './programs';

let server: Server;
let browser: Browser;
let tab: Tab;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launch()]);
  await mkdir(join(server.folder, 'sources'), { recursive: true });
  await copyFile(join(server.folder, 'demo.db'), join(server.folder, 'sources', 'plain.db'));
  tab = await openTab(browser, server.url);
  await register(tab.page, 'ann@example.com');
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

test('tables and columns are found by their words', async () => {
  await keepFailure(() => tab, 'schema');
  const { page } = tab;
  await page.getByRole('link', { name: '数据', exact: true }).click();
  await page.getByRole('tabpanel').getByText('customers').first().waitFor();
  await page.getByRole('textbox', { name: '搜索表、字段、注释' }).fill('region');
  await page.getByRole('cell', { name: 'region' }).waitFor();
  expect(await page.getByRole('tabpanel').locator('details').count()).toBe(1);
  await isAccessible(page, 'tables');
  tab.isClean();
});

test('a business word is refused with the reason, mended, and used in the next answer', async () => {
  await keepFailure(() => tab, 'terms');
  const { page } = tab;
  await page.getByRole('tab', { name: '业务术语' }).click();
  await page.getByRole('cell', { name: '销售额', exact: true }).first().waitFor();
  await isAccessible(page, 'business words');
  await page.getByRole('button', { name: '添加术语' }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel('术语', { exact: true }).fill('均单额');
  await form.getByLabel('SQL 表达式').fill('AVG(orders.nothing)');
  await form.getByRole('button', { name: '保存' }).click();
  await form
    .getByText(/nothing/)
    .last()
    .waitFor();
  await form.getByLabel('SQL 表达式').fill('AVG(orders.total_amount)');
  await form.getByRole('button', { name: '保存' }).click();
  await page.getByRole('cell', { name: '均单额', exact: true }).waitFor();
  await page.getByRole('link', { name: '新问题' }).click();
  await ask(page, '今年的均单额');
  await page
    .getByText(/AVG\(orders.total_amount\)/)
    .first()
    .waitFor();
  tab.isClean();
});

test('keys are drawn, and a relation is added and taken away', async () => {
  await keepFailure(() => tab, 'relations');
  const { page } = tab;
  await page.getByRole('link', { name: '数据', exact: true }).click();
  await page.getByRole('tab', { name: '关联' }).click();
  await page.locator('.react-flow__edge').first().waitFor({ state: 'attached' });
  const edges = () => page.locator('.react-flow__edge').count();
  const before = await edges();
  await isAccessible(page, 'relations');
  const from = page.locator('.react-flow__node[data-id="customers"] [data-handleid="city"].source');
  const to = page.locator('.react-flow__node[data-id="stores"] [data-handleid="city"].target');
  await from.dragTo(to, { force: true });
  const form = page.getByRole('dialog');
  await form.getByText('customers').waitFor();
  await form.getByRole('button', { name: '保存' }).click();
  await page.getByText('customers.city — stores.city').waitFor();
  await expect.poll(edges).toBe(before + 1);
  await page.getByRole('button', { name: '删除: customers.city' }).click();
  await expect.poll(edges).toBe(before);
  tab.isClean();
});

test('a database in a file is added, and asked back about what it leaves open', async () => {
  await keepFailure(() => tab, 'sqlite');
  const { page } = tab;
  await page.getByRole('button', { name: '添加数据库' }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel('类型').click();
  await page.getByTitle('SQLite').click();
  await form.getByLabel('名称').fill('没有术语的库');
  await form.getByLabel('文件').fill('../../wenshu.db');
  await form.getByRole('button', { name: '保存并测试' }).click();
  await form.getByText(/须位于管理员允许的目录/).waitFor();
  await isAccessible(page, 'connection form');
  await form.getByLabel('文件').fill('plain.db');
  await form.getByRole('button', { name: '保存并测试' }).click();
  await page.getByText(/SQLite 3.*7 张表/).waitFor();
  await page.getByRole('link', { name: '新问题' }).click();
  await page.getByLabel('数据来源').click();
  await page.getByTitle('没有术语的库').click();
  await ask(page, '各城市的订单数');
  const answer = page.getByRole('region', { name: '回答' });
  const options = answer.getByRole('button').filter({ hasText: /customers|stores|客户|门店/ });
  await options.first().waitFor();
  await page.reload();
  await options.nth(1).waitFor();
  await isAccessible(page, 'a question back');
  await options.nth(1).click();
  await page.getByRole('region', { name: '回答' }).nth(1).getByRole('table').waitFor();
  tab.isClean();
});

test('a database on a server is added: first with what is wrong, and then right', async () => {
  await keepFailure(() => tab, 'postgres');
  const given = process.env.WENSHU_TEST_POSTGRES_URL;
  if (!given)
    throw new Error('start PostgreSQL with `cargo xtask services up postgres`, or run `cargo xtask web --test`');
  const { hostname, port, username, password, pathname } = new URL(given);
  const { page } = tab;
  await page.getByRole('link', { name: '数据', exact: true }).click();
  await page.getByRole('button', { name: '添加数据库' }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel('名称').fill('报表库');
  await form.getByLabel('主机').fill(hostname);
  await form.getByLabel('端口').fill('1');
  await form.getByLabel('数据库名').fill(decodeURIComponent(pathname.slice(1)) || 'postgres');
  await form.getByLabel('用户名').fill(decodeURIComponent(username));
  await form.getByLabel('密码').fill(decodeURIComponent(password));
  await form.getByRole('button', { name: '保存并测试' }).click();
  const card = page.getByRole('listitem').filter({ hasText: '报表库' });
  await card
    .getByRole('status')
    .filter({ hasText: /拒绝|连不上|无法连接/ })
    .waitFor();
  await card.getByRole('button', { name: '更多: 报表库' }).click();
  await page.getByRole('menuitem', { name: '编辑' }).click();
  await form.getByLabel('端口').fill(port || '5432');
  await form.getByRole('button', { name: '保存并测试' }).click();
  await card.getByRole('status').filter({ hasText: 'PostgreSQL' }).waitFor();
  tab.isClean();
});
