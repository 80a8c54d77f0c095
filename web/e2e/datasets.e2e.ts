// Datasets: a file dropped on the page, with its progress, its rows, its answers, taken along again and deleted; and files that are
// refused, with the reason.
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { ask, isAccessible, keepFailure, launch, openTab, register, signIn, type Tab } from './browser';
import { firstSheet, gbk, workbookOf } from './files';
import { startServer, type Server } from './programs';

const HEAD = ['地区', '产品', '销售额', '日期', '流水'];
const ROWS = [
  ['华东', '茶叶', '1200.50', '2024-01-05', '123456789012345671'],
  ['华北', '茶叶', '800', '2024-01-06', '123456789012345672'],
  ['华东', '瓷器', '300', '2024-02-07', '123456789012345673'],
  ['华南', '丝绸', '2500', '2024-02-08', '123456789012345674'],
  ['华北', '瓷器', '150.25', '2024-03-09', '123456789012345675'],
];
const SUMS = { 华南: 2500, 华东: 1500.5, 华北: 950.25 };
const CSV = [HEAD, ...ROWS].map((row) => row.join(',')).join('\r\n');

let server: Server;
let browser: Browser;
let tab: Tab;

beforeAll(async () => {
  [server, browser] = await Promise.all([
    startServer({ WENSHU_DATASET_FILE_MB: '4', WENSHU_DATASET_ACCOUNT_MB: '20' }),
    launch(),
  ]);
  tab = await openTab(browser, server.url);
  await register(tab.page, 'ann@example.com');
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

const chooser = (page: Page) => page.locator('input[type=file]');

/** Drops a file on the page, as from a folder. */
async function drop(page: Page, name: string, bytes: number[]): Promise<void> {
  const dropped = await page.evaluateHandle(
    ([name, content]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(content)], name));
      return transfer;
    },
    [name, bytes] as const,
  );
  const area = page.getByText('把文件拖到这里');
  await area.dispatchEvent('dragenter', { dataTransfer: dropped });
  await area.dispatchEvent('drop', { dataTransfer: dropped });
}

/** The rows of the table that is shown. */
const texts = async (page: Page) => {
  const rows = page.getByRole('table').locator('tbody tr');
  await rows.first().waitFor();
  return Promise.all((await rows.all()).map((row) => row.locator('td').allTextContents()));
};

test('a GBK file that is dropped becomes a dataset, whose rows are seen', async () => {
  await keepFailure(() => tab, 'drop');
  const { page } = tab;
  await page.getByRole('link', { name: '数据', exact: true }).click();
  await page.getByRole('link', { name: '数据集' }).click();
  await page.getByText('还没有数据集').waitFor();
  await page.getByText(/^已用 0.*，共 20 MB · 单个文件不超过 4 MB$/).waitFor();
  await isAccessible(page, 'no datasets');
  const bytes = [...gbk(CSV)];
  // It says nothing in UTF-8.
  expect(Buffer.from(bytes).toString()).toContain('\uFFFD');
  await drop(page, '门店销售.csv', bytes);
  await page.getByRole('heading', { name: '门店销售' }).waitFor();
  expect(await page.getByRole('link', { name: '数据集' }).getAttribute('aria-current')).toBe('page');
  for (const [place, name] of HEAD.entries())
    expect(await page.getByRole('columnheader').nth(place).textContent()).toBe(name);
  expect(await texts(page)).toEqual([
    // Numbers that a JavaScript number doesn't hold are shown with the digits that they have.
    ['华东', '茶叶', '1,200.50', '2024/01/05', '123,456,789,012,345,671'],
    ['华北', '茶叶', '800.00', '2024/01/06', '123,456,789,012,345,672'],
    ['华东', '瓷器', '300.00', '2024/02/07', '123,456,789,012,345,673'],
    ['华南', '丝绸', '2,500.00', '2024/02/08', '123,456,789,012,345,674'],
    ['华北', '瓷器', '150.25', '2024/03/09', '123,456,789,012,345,675'],
  ]);
  await page.getByRole('listitem').filter({ hasText: '门店销售' }).getByText(/5 行/).waitFor();
  await isAccessible(page, 'datasets');
  tab.isClean();
});

test('a dataset is asked in Chinese, and answered with its sums and a chart', async () => {
  await keepFailure(() => tab, 'ask dataset');
  const { page } = tab;
  await page.getByRole('button', { name: '提问' }).click();
  await page.getByText('我的数据集 Datasets').first().waitFor();
  await page.getByRole('list', { name: '试着问' }).getByRole('button', { name: '各地区的销售额' }).waitFor();
  await ask(page, '各地区的销售额');
  const answer = page.getByRole('region', { name: '回答' });
  await answer.getByRole('img', { name: /图表/ }).locator('canvas').waitFor();
  const sums = (await texts(page)).map(([region = '', sum = '']) => [region, Number(sum.replaceAll(',', ''))]);
  expect(Object.fromEntries(sums)).toEqual(SUMS);
  tab.isClean();
});

test('a dataset is taken along as CSV, as a workbook, and as it came', async () => {
  await keepFailure(() => tab, 'take along');
  const { page } = tab;
  await page.goto('/data/datasets');
  const take = async (label: string) => {
    await page.getByRole('button', { name: '下载' }).click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: label }).click(),
    ]);
    return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
  };
  const csv = await take('CSV 文件');
  expect(csv.name).toBe('门店销售.csv');
  const lines = csv.bytes.toString().replace('\uFEFF', '').trim().split(/\r?\n/);
  expect(lines[0]).toBe(HEAD.join(','));
  const given = lines.slice(1).map((line) => line.split(','));
  expect(given.map(([region, product, sum, day]) => [region, product, Number(sum), day?.slice(0, 10)])).toEqual(
    ROWS.map(([region, product, sum, day]) => [region, product, Number(sum), day]),
  );
  const workbook = await take('Excel 文件');
  expect(workbook.name).toBe('门店销售.xlsx');
  const cells = firstSheet(workbook.bytes);
  expect(cells[0]).toEqual(HEAD);
  expect(cells.slice(1).map(([region, product, sum]) => [region, product, Number(sum)])).toEqual(
    ROWS.map(([region, product, sum]) => [region, product, Number(sum)]),
  );
  const original = await take('原文件');
  expect(original.bytes.equals(gbk(CSV))).toBe(true);
  for (const [label, ending] of [
    ['JSON 文件', 'json'],
    ['NDJSON 文件', 'ndjson'],
    ['Parquet 文件', 'parquet'],
  ] as const) {
    await page.getByRole('button', { name: '下载' }).click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: new RegExp(`^${label}`) }).click(),
    ]);
    const bytes = await readFile(await file.path());
    expect(file.suggestedFilename()).toBe(`门店销售.${ending}`);
    if (ending === 'parquet') expect(bytes.subarray(0, 4).toString()).toBe('PAR1');
    else expect(bytes.toString()).toContain('"华东"');
  }
  tab.isClean();
});

test('a file that is not a table is refused with the line, and one that is too large with the limit', async () => {
  await keepFailure(() => tab, 'refused');
  const { page } = tab;
  const bytes = Buffer.from('城市,人口\n北京,2184\n上海,2475,多\n');
  await chooser(page).setInputFiles({ name: '城市.csv', mimeType: 'text/csv', buffer: bytes });
  const refused = page.getByRole('alert').filter({ hasText: '城市.csv' });
  await refused.getByText(/第 3 行有 3 个值，而前面的行有 2 个/).waitFor();
  await isAccessible(page, 'a file refused');
  await refused.getByRole('button', { name: '关闭: 城市.csv' }).click();
  await expect.poll(() => refused.count()).toBe(0);
  await drop(page, '合同.pdf', [...Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1')]);
  const contract = page.getByRole('alert').filter({ hasText: '合同.pdf' });
  // The kinds that can be read are named.
  await contract.getByText(/PDF.*CSV|CSV.*Parquet/i).waitFor();
  await contract.getByRole('button', { name: '关闭: 合同.pdf' }).click();
  // One that is too large needn't be sent to know it.
  const sent: string[] = [];
  page.on('request', (request) => sent.push(new URL(request.url()).pathname));
  const large = { name: '大.csv', mimeType: 'text/csv', buffer: Buffer.alloc(5_000_000, 'a,b\n1,2\n') };
  await chooser(page).setInputFiles(large);
  const tooLarge = page.getByRole('alert').filter({ hasText: '大.csv' });
  await tooLarge.getByText(/文件有 5 MB，单个文件的上限是 4 MB/).waitFor();
  expect(sent).not.toContain('/v1/data/upload');
  await tooLarge.getByRole('button', { name: '关闭: 大.csv' }).click();
  // Where that isn't known it is sent, and the server says so.
  await page.route('**/wenshu/v1/limits', (route) => route.abort());
  await page.reload();
  await page.getByRole('heading', { name: '门店销售' }).waitFor();
  await chooser(page).setInputFiles({ ...large, buffer: Buffer.alloc(20_000_000, 'a,b\n1,2\n') });
  await tooLarge.getByText(/上限为 (4000000 字节|4 MB)/).waitFor();
  await page.unroute('**/wenshu/v1/limits');
  await page.reload();
  await page.getByRole('heading', { name: '门店销售' }).waitFor();
  expect(await page.getByRole('list', { name: '数据集' }).getByRole('listitem').count()).toBe(1);
  tab.isClean();
});

test('it is seen how far a file is, and it can be called off', async () => {
  await keepFailure(() => tab, 'progress');
  const { page, context } = tab;
  const network = await context.newCDPSession(page);
  const conditions = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 600_000 };
  onTestFinished(() => network.detach());
  await network.send('Network.emulateNetworkConditions', conditions);
  const large = Buffer.from(
    `编号,数量\n${Array.from({ length: 150_000 }, (_, row) => `${row},${row % 7}`).join('\n')}`,
  );
  const send = () => chooser(page).setInputFiles({ name: '明细.csv', mimeType: 'text/csv', buffer: large });
  const bar = page.getByRole('progressbar', { name: /明细/ });
  const percent = async () => Number(await bar.getAttribute('aria-valuenow'));
  await send();
  await bar.waitFor();
  await expect.poll(percent, { timeout: 20_000 }).toBeGreaterThan(10);
  const first = await percent();
  expect(first).toBeLessThan(100);
  await expect.poll(percent, { timeout: 20_000 }).toBeGreaterThan(first);
  await page.getByRole('button', { name: '取消: 明细.csv' }).click();
  await expect.poll(() => bar.count()).toBe(0);
  await network.send('Network.emulateNetworkConditions', { ...conditions, uploadThroughput: -1 });
  await page.reload();
  await page.getByRole('heading', { name: '门店销售' }).waitFor();
  expect(await page.getByRole('list', { name: '数据集' }).getByRole('listitem').count()).toBe(1);
  await send();
  await page.getByRole('heading', { name: '明细' }).waitFor();
  await page.getByText('前 100 行，共 150,000 行').waitFor();
  tab.isClean();
});

test('a file that is being read shows its rows, and is called off all the same', async () => {
  await keepFailure(() => tab, 'reading');
  const { page } = tab;
  const list = page.getByRole('list', { name: '数据集' });
  const rows = Array.from({ length: 300_000 }, (_, row) => `${row},${row % 7}`);
  const buffer = Buffer.from(`编号,数量\n${rows.join('\n')}`);
  await chooser(page).setInputFiles({ name: '很多.csv', mimeType: 'text/csv', buffer });
  await page.getByText(/^正在读取：[1-9][\d,]* 行$/).waitFor();
  await page.getByRole('button', { name: '取消: 很多.csv' }).click();
  await expect.poll(() => page.getByRole('list', { name: '正在上传的文件' }).count()).toBe(0);
  await page.reload();
  await list.getByRole('listitem').first().waitFor();
  expect(await list.getByRole('listitem').count()).toBe(2);
  tab.isClean();
});

test('files are chosen with the space bar too', async () => {
  await keepFailure(() => tab, 'space');
  const { page } = tab;
  await page.getByRole('button', { name: /把文件拖到这里/ }).focus();
  const [opened] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Space')]);
  expect(opened.isMultiple()).toBe(true);
  tab.isClean();
});

test('what was made of rows was no file, and is not offered as one', async () => {
  await keepFailure(() => tab, 'no file');
  const { page } = tab;
  const id = await page.evaluate(async () => {
    const { access } = JSON.parse(localStorage.getItem('wenshu.session') ?? '{}') as { access: string };
    const headers = { Authorization: `Bearer ${access}`, 'Content-Type': 'application/json' };
    const body = JSON.stringify({ name: '手工', columns: [{ name: '数量', type: 'integer' }], rows: [[1], [2]] });
    const made = await fetch('/v1/data/create', { method: 'POST', headers, body });
    return ((await made.json()) as { data: { data_id: string } }).data.data_id;
  });
  await page.goto(`/data/datasets/${id}`);
  await page.getByRole('heading', { name: '手工' }).waitFor();
  await page.getByRole('button', { name: '下载' }).click();
  await page.getByRole('menuitem', { name: 'CSV 文件' }).waitFor();
  expect(await page.getByRole('menuitem', { name: '原文件' }).count()).toBe(0);
  await page.keyboard.press('Escape');
  tab.isClean();
});

test('who signs out in the middle of an upload ends it, and whoever comes sees nothing of it', async () => {
  await keepFailure(() => tab, 'sign out');
  const { page } = tab;
  const held: (() => Promise<void>)[] = [];
  await page.route('**/v1/data/upload', (route) => void held.push(() => route.continue().catch(() => undefined)));
  await page.goto('/data/datasets');
  await chooser(page).setInputFiles({ name: '秘密.csv', mimeType: 'text/csv', buffer: Buffer.from('甲,乙\n1,2\n') });
  await expect.poll(() => held.length).toBe(1);
  await page.getByRole('button', { name: 'ann' }).click();
  await page.getByRole('menuitem', { name: '退出登录' }).click();
  await page.getByLabel('邮箱或用户名').waitFor();
  await held[0]?.();
  await page.unroute('**/v1/data/upload');
  await signIn(page, 'ann@example.com');
  await page.getByRole('list', { name: '数据集' }).getByRole('listitem').first().waitFor();
  expect(await page.getByText('秘密').count()).toBe(0);
  tab.isClean();
});

test('it is seen how much of a file has come, and its download can be called off', async () => {
  await keepFailure(() => tab, 'stop download');
  const { page, context } = tab;
  await page.getByRole('list', { name: '数据集' }).getByRole('link', { name: '明细', exact: true }).click();
  await page.getByRole('heading', { name: '明细' }).waitFor();
  const network = await context.newCDPSession(page);
  onTestFinished(() => network.detach());
  const conditions = { offline: false, latency: 0, downloadThroughput: 200_000, uploadThroughput: -1 };
  await network.send('Network.emulateNetworkConditions', conditions);
  await page.getByRole('button', { name: '下载' }).click();
  await page.getByRole('menuitem', { name: 'CSV 文件' }).click();
  await page.getByRole('button', { name: /已下载 [\d.]+ ?kB/ }).waitFor();
  await page.getByRole('button', { name: '停止下载' }).click();
  await page.getByRole('button', { name: /(^| )下载$/ }).waitFor();
  expect(await page.getByRole('button', { name: '停止下载' }).count()).toBe(0);
  expect(await page.locator('.ant-message-error').count()).toBe(0);
  tab.isClean();
});

test('of several files the last one is shown, and nothing moves for whoever looks at another one', async () => {
  await keepFailure(() => tab, 'several files');
  const { page } = tab;
  const list = page.getByRole('list', { name: '数据集' });
  const file = (name: string) => ({ name, mimeType: 'text/csv', buffer: Buffer.from('城市,人口\n北京,2184\n') });
  await chooser(page).setInputFiles([file('一.csv'), file('二.csv'), file('三.csv')]);
  await page.getByRole('heading', { name: '三', exact: true }).waitFor();
  for (const name of ['一', '二']) await list.getByRole('link', { name, exact: true }).waitFor();
  const held: (() => Promise<void>)[] = [];
  await page.route('**/v1/data/upload', (route) => void held.push(() => route.continue()));
  await chooser(page).setInputFiles(file('四.csv'));
  await expect.poll(() => held.length).toBe(1);
  await list.getByRole('link', { name: '一', exact: true }).click();
  await page.getByRole('heading', { name: '一', exact: true }).waitFor();
  await held[0]?.();
  await list.getByRole('link', { name: '四', exact: true }).waitFor();
  await page.getByText('「四」可以提问了').waitFor();
  await page.getByRole('heading', { name: '一', exact: true }).waitFor();
  await page.unroute('**/v1/data/upload');
  tab.isClean();
});

test('each sheet of a workbook is a table, seen and taken along by itself, and all of them together', async () => {
  await keepFailure(() => tab, 'workbook');
  const { page } = tab;
  const sheets = {
    预算: [
      ['部门', '金额'],
      ['市场', 120],
      ['研发', 300.5],
    ],
    人员: [
      ['部门', '姓名'],
      ['市场', '王芳'],
      ['研发', '李雷'],
      ['研发', '韩梅'],
    ],
  };
  const mimeType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
  await chooser(page).setInputFiles({ name: '总部.xlsx', mimeType, buffer: workbookOf(sheets) });
  await page.getByRole('heading', { name: '总部' }).waitFor();
  expect(await texts(page)).toEqual([
    ['市场', '120'],
    ['研发', '300.5'],
  ]);
  await page.getByRole('tab', { name: /人员/ }).click();
  const people = page.getByRole('tabpanel', { name: /人员/ });
  await people.getByRole('cell', { name: '韩梅' }).waitFor();
  await isAccessible(page, 'sheets');
  const take = async (label: string) => {
    await page.getByRole('button', { name: '下载' }).click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: label }).click(),
    ]);
    return readFile(await file.path());
  };
  const lines = (await take('CSV 文件')).toString().replace('\uFEFF', '').trim().split(/\r?\n/);
  expect(lines).toEqual(sheets.人员.map((row) => row.join(',')));
  const workbook = await take('Excel 文件');
  expect(firstSheet(workbook)).toEqual(sheets.预算.map((row) => row.map(String)));
  expect(workbook.includes('xl/worksheets/sheet2.xml')).toBe(true);
  // Words of one table among several.
  await page.getByRole('button', { name: '提问' }).click();
  await ask(page, '各部门的金额');
  const answer = page.getByRole('region', { name: '回答' });
  await answer.getByRole('cell', { name: '300.5' }).waitFor();
  await page.goto('/data/datasets');
  tab.isClean();
});

test('a dataset is deleted after it was asked whether that is meant', async () => {
  await keepFailure(() => tab, 'delete dataset');
  const { page } = tab;
  const list = page.getByRole('list', { name: '数据集' });
  for (const name of ['手工', '总部', '明细', '门店销售', '一', '二', '三', '四']) {
    await list.getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { name, exact: true }).waitFor();
    await page.getByRole('button', { name: '删除' }).click();
    const question = page.getByRole('dialog').filter({ hasText: `删除数据集「${name}」？` });
    await question.getByRole('button', { name: '取消' }).click();
    await expect.poll(() => question.count()).toBe(0);
    await page.getByRole('button', { name: '删除' }).click();
    await question.getByRole('button', { name: '删除' }).click();
    await expect.poll(() => page.getByRole('heading', { name, exact: true }).count()).toBe(0);
  }
  await page.getByText('还没有数据集').waitFor();
  // What was pressed last is gone; whoever works with the keyboard is on the screen all the same.
  await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('content');
  await page.getByRole('link', { name: '新问题' }).click();
  await page.getByLabel('数据来源').click();
  await page.getByTitle('演示数据库 Demo').first().waitFor();
  expect(await page.getByText('我的数据集 Datasets').count()).toBe(0);
  tab.isClean();
});
