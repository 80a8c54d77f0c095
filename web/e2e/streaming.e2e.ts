// A model that takes its time: text as it comes, a page that is loaded again or opened twice in between, stopping, and a server that
// goes away for a moment.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, keepFailure, launch, openTab, register, type Tab } from './browser';
import { startModel, startRelay, startServer, type Relay, type ScriptedModel, type Server } from './programs';

const PIECES = Array.from({ length: 120 }, (_, place) => `第${place + 1}句。`);
let model: ScriptedModel;
let server: Server;
let relay: Relay;
let browser: Browser;
let tab: Tab;

beforeAll(async () => {
  model = await startModel();
  await model.script({ when: '慢慢说', pieces: PIECES, pace_milliseconds: 60 });
  await model.script({ when: '一直说', pieces: Array.from({ length: 2000 }, () => '还有。'), pace_milliseconds: 60 });
  await model.script({ pieces: ['好的。'] });
  relay = await startRelay();
  const environment = {
    OPENAI_API_KEY: 'sk-scripted',
    OPENAI_BASE_URL: model.url,
    OPENAI_MODEL: 'scripted',
    WENSHU_HOSTS: relay.host,
  };
  [server, browser] = await Promise.all([startServer(environment), launch()]);
  relay.leadTo(server);
  tab = await openTab(browser, `http://${relay.host}`);
  await register(tab.page, 'ann@example.com');
});
afterAll(async () => {
  await browser.close();
  await relay.stop();
  await server.stop();
  await model.stop();
});

const LAST = /第120句。/;

test('text is shown as it comes, and a page that is loaded again goes on with it', async () => {
  await keepFailure(() => tab, 'reload');
  const { page } = tab;
  await ask(page, '慢慢说一说');
  const answer = page.getByRole('region', { name: '回答' });
  await answer.getByText(/第3句。/).waitFor();
  expect(await answer.textContent()).not.toMatch(LAST);
  await page.reload();
  await answer.getByText(/第1句。/).waitFor();
  expect(await answer.textContent()).not.toMatch(LAST);
  await page.getByRole('status').waitFor();
  await answer.getByText(LAST).waitFor();
  await expect.poll(() => answer.getByText(PIECES.join('')).count()).toBe(1);
  tab.isClean();
});

test('an answer is followed in a second tab, and is the same there', async () => {
  await keepFailure(() => tab, 'second tab');
  const { page, context } = tab;
  await ask(page, '再慢慢说一次');
  const answer = page.getByRole('region', { name: '回答' }).nth(1);
  await answer.getByText(/第2句。/).waitFor();
  const second = await context.newPage();
  await second.goto(page.url());
  const there = second.getByRole('region', { name: '回答' }).nth(1);
  await there.getByText(/第4句。/).waitFor();
  await there.getByText(LAST).waitFor();
  await answer.getByText(LAST).waitFor();
  expect(await there.getByText(PIECES.join('')).count()).toBe(1);
  await second.close();
  tab.isClean();
});

test('an answer is stopped, keeps what it said, and the next question is answered', async () => {
  await keepFailure(() => tab, 'stop');
  const { page } = tab;
  await ask(page, '一直说下去');
  const answer = page.getByRole('region', { name: '回答' }).nth(2);
  await answer.getByText(/还有。还有。/).waitFor();
  await page.getByRole('button', { name: '停止' }).click();
  await answer.getByText('已停止').waitFor();
  await page.reload();
  await answer.getByText('已停止').waitFor();
  await answer
    .getByText(/还有。/)
    .first()
    .waitFor();
  await ask(page, '你好');
  await page.getByRole('region', { name: '回答' }).nth(3).getByText('好的。').waitFor();
  tab.isClean();
});

test('a connection that is lost is made again, and nothing is missing or there twice', async () => {
  await keepFailure(() => tab, 'connection lost');
  const { page } = tab;
  await ask(page, '第三次慢慢说');
  const answer = page.getByRole('region', { name: '回答' }).nth(4);
  await answer.getByText(/第3句。/).waitFor();
  relay.cut();
  await page.getByText('连接断了').waitFor();
  relay.mend();
  await answer.getByText(LAST).waitFor();
  expect(await answer.getByText(PIECES.join('')).count()).toBe(1);
  tab.isClean();
});

test('a model that is gone is said to be, now and later', async () => {
  await keepFailure(() => tab, 'model gone');
  const { page } = tab;
  await model.stop();
  await ask(page, '还在吗');
  const answer = page.getByRole('region', { name: '回答' }).last();
  await answer.getByText(/连不上语言模型/).waitFor();
  await page.reload();
  await answer.getByText(/连不上语言模型/).waitFor();
  await answer.getByRole('button', { name: '再问一次' }).waitFor();
  tab.isClean();
});
