// Replies that are slow, refused or lost, and conversations that go on: plain chat of somebody without credits, charts beside words
// that still come, the same question twice, another model, another account.
import type { Browser, Page, Route } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, keepFailure, launch, openTab, register, type Tab } from './browser';
import { startModel, startServer, type ScriptedModel, type Server } from './programs';

const WORDS = Array.from({ length: 40 }, (_, place) => `第${place + 1}句。`);
const SQL = '```sql\nSELECT city AS 城市, COUNT(*) AS 门店数 FROM stores GROUP BY city ORDER BY city\n```';

let model: ScriptedModel;
let server: Server;
let browser: Browser;
let admin: Tab;
let user: Tab;

beforeAll(async () => {
  model = await startModel();
  await model.script({ when: 'Question: 慢慢讲', pieces: [SQL] });
  await model.script({ when: 'The question was: 慢慢讲', pieces: WORDS, pace_milliseconds: 60 });
  await model.script({ pieces: ['好的。'] });
  const environment = { OPENAI_API_KEY: 'sk-scripted', OPENAI_BASE_URL: model.url, OPENAI_MODEL: 'scripted' };
  [server, browser] = await Promise.all([startServer(environment), launch()]);
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

/** Holds requests back until they are let go. */
async function hold(page: Page, address: string | RegExp): Promise<() => Promise<void>> {
  const held: Route[] = [];
  let isHeld = true;
  const handler = (route: Route) => (isHeld ? void held.push(route) : route.continue());
  await page.route(address, handler);
  return async () => {
    isHeld = false;
    await Promise.all(held.map((route) => route.continue()));
    await page.unroute(address, handler);
  };
}

/** Sets how many credits the ordinary user has. */
const credit = (left: number) =>
  admin.page.evaluate(async (credits_left) => {
    const { access } = JSON.parse(localStorage.getItem('wenshu.session') ?? '{}') as { access: string };
    const headers = { Authorization: `Bearer ${access}`, 'Content-Type': 'application/json' };
    const body = JSON.stringify({ username: 'user@example.com', permission: 1, credits_left });
    const { ok, status } = await fetch('/api/v1/users/2', { method: 'PUT', headers, body });
    if (!ok) throw new Error(`the balance was not set: ${status}`);
  }, left);

const answers = (page: Page) => page.getByRole('region', { name: '回答' });
const questions = (page: Page, text: string) => page.locator('article').getByText(text, { exact: true });
const box = (page: Page) => page.getByPlaceholder(/聊点什么|接着问/);
const send = async (page: Page, text: string) => {
  await box(page).fill(text);
  await page.getByRole('button', { name: '发送' }).click();
};

test('somebody without credits is told so, keeps what they wrote, and leaves no chat behind', async () => {
  await keepFailure(() => user, 'no credits');
  const { page } = user;
  await page.getByText('聊天', { exact: true }).click();
  for (let times = 0; times < 2; times += 1) {
    await page.locator('.ant-message-notice').waitFor({ state: 'detached' });
    await send(page, '早上好');
    await page.locator('.ant-message').getByText(/积分/).waitFor();
    await expect.poll(() => box(page).inputValue()).toBe('早上好');
  }
  await page.reload();
  await page.getByText('还没有对话').waitFor();
  user.isClean();
});

test('a message is seen at once, and a chat that waits for its first reply is a chat', async () => {
  await keepFailure(() => user, 'chat at once');
  await credit(100);
  const { page } = user;
  await page.getByText('聊天', { exact: true }).click();
  const reply = await hold(page, '**/conversations/*/stream');
  await send(page, '早上好');
  await questions(page, '早上好').waitFor();
  await page.getByRole('button', { name: '停止' }).waitFor();
  await answers(page).getByRole('status').waitFor();
  expect(await page.getByLabel('数据来源').count()).toBe(0);
  await reply();
  await answers(page).getByText('好的。').waitFor();
  // The same in a chat that goes on, before the server has even taken the message.
  const taken = await hold(page, '**/api/v1/tasks');
  await send(page, '再来一句');
  await questions(page, '再来一句').waitFor();
  await page.getByRole('button', { name: '停止' }).waitFor();
  await taken();
  await answers(page).nth(1).getByText('好的。').waitFor();
  expect(await questions(page, '再来一句').count()).toBe(1);
  user.isClean();
});

test('a message that is refused in a chat that goes on is said once when it is sent again', async () => {
  await keepFailure(() => user, 'refused in chat');
  const { page } = user;
  await credit(0);
  await send(page, '还有吗');
  await page.locator('.ant-message').getByText(/积分/).waitFor();
  await expect.poll(() => box(page).inputValue()).toBe('还有吗');
  await page.reload();
  await answers(page).nth(1).waitFor();
  expect(await questions(page, '还有吗').count()).toBe(0);
  await credit(100);
  await send(page, '还有吗');
  await answers(page).nth(2).getByText('好的。').waitFor();
  await page.reload();
  await answers(page).nth(2).waitFor();
  expect(await questions(page, '还有吗').count()).toBe(1);
  user.isClean();
});

test('what was written and not sent is there when one comes back', async () => {
  await keepFailure(() => user, 'draft');
  const { page } = user;
  await box(page).fill('还没写完');
  await page.getByRole('link', { name: '数据', exact: true }).click();
  await page.getByRole('tabpanel').getByText('customers').first().waitFor();
  await page.goBack();
  await expect.poll(() => box(page).inputValue()).toBe('还没写完');
  await page.getByRole('link', { name: '新问题' }).click();
  await expect.poll(() => page.getByPlaceholder('问一个关于数据的问题').inputValue()).toBe('');
  user.isClean();
});

test('a chart stands still while words come beside it', async () => {
  await keepFailure(() => admin, 'still chart');
  const { page } = admin;
  await page.evaluate(() => {
    const counted = window as unknown as { drawn: number };
    counted.drawn = 0;
    const { clearRect } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.clearRect = function (...box) {
      counted.drawn += 1;
      clearRect.apply(this, box);
    };
  });
  const drawn = () => page.evaluate(() => (window as unknown as { drawn: number }).drawn);
  await ask(page, '慢慢讲各城市的门店数');
  await answers(page).locator('canvas').waitFor();
  await answers(page)
    .getByText(/第5句。/)
    .waitFor();
  const before = await drawn();
  expect(before).toBeGreaterThan(0);
  await answers(page)
    .getByText(/第30句。/)
    .waitFor();
  expect(await drawn()).toBe(before);
  await answers(page)
    .getByText(/第40句。/)
    .waitFor();
  admin.isClean();
});

test('a follow-up goes to the model that answered before', async () => {
  await keepFailure(() => admin, 'same model');
  const { page } = admin;
  await page.getByRole('link', { name: '新问题' }).click();
  await page.getByLabel('模型').click();
  await page.getByTitle(/内置引擎/).click();
  await ask(page, '上月各城市的销售额');
  await answers(page).getByRole('table').waitFor();
  await page.locator('.ant-select').filter({ hasText: '内置引擎' }).waitFor();
  await ask(page, '那今年呢');
  await answers(page).nth(1).getByRole('table').waitFor();
  admin.isClean();
});

test('the chart of the server is drawn also when it comes after the rows', async () => {
  await keepFailure(() => admin, 'late chart');
  const { page } = admin;
  // The rows are on the screen before the next event is read.
  await page.evaluate(() => {
    const { fetch: real } = window;
    window.fetch = async (input, init) => {
      const response = await real(input, init);
      if (!new Request(input, init).url.endsWith('/chat/stream') || !response.body) return response;
      const decoder = new TextDecoder();
      const cut = new TransformStream<Uint8Array, Uint8Array>({
        transform: async (piece, controller) => {
          const text = decoder.decode(piece, { stream: true });
          for (const event of text.split(/(?<=\n\n)/)) {
            if (/"type":"visualization"/.test(event)) await drawn();
            controller.enqueue(new TextEncoder().encode(event));
          }
        },
      });
      const drawn = () =>
        new Promise<void>((resolve) => {
          const look = () =>
            document.querySelectorAll('figure canvas').length > before ? resolve() : void requestAnimationFrame(look);
          look();
        });
      const before = document.querySelectorAll('figure canvas').length;
      const { status, headers } = response;
      return new Response(response.body.pipeThrough(cut), { status, headers });
    };
  });
  await ask(page, '近 12 个月的销售额趋势');
  const last = answers(page).nth(2);
  await last.locator('canvas').waitFor();
  await expect.poll(() => last.getByRole('radio', { name: '折线图' }).isChecked()).toBe(true);
  await page.reload();
  await answers(page).nth(2).locator('canvas').waitFor();
  admin.isClean();
});

test('the same question twice is answered twice, also before the conversation is read again', async () => {
  await keepFailure(() => admin, 'twice');
  const { page } = admin;
  const before = await answers(page).count();
  await ask(page, '今年各月的订单数');
  await answers(page).nth(before).getByRole('table').waitFor();
  await expect.poll(() => answers(page).nth(before).getByRole('button', { name: '有帮助' }).count()).toBe(1);
  const read = await hold(page, /\/api\/v1\/conversations\/[^/?]+$/);
  await ask(page, '今年各月的订单数');
  await answers(page)
    .nth(before + 1)
    .getByRole('button', { name: '导出' })
    .waitFor();
  expect(await answers(page).count()).toBe(before + 2);
  await read();
  await answers(page)
    .nth(before + 1)
    .getByRole('button', { name: '有帮助' })
    .waitFor();
  expect(await answers(page).count()).toBe(before + 2);
  admin.isClean();
});

test('a question whose answer is looked for is being answered, until it is known that there is none', async () => {
  await keepFailure(() => admin, 'looked for');
  const { page } = admin;
  // A chat that nobody has a reply written to.
  const chat = await page.evaluate(async () => {
    const { access } = JSON.parse(localStorage.getItem('wenshu.session') ?? '{}') as { access: string };
    const headers = { Authorization: `Bearer ${access}`, 'Content-Type': 'application/json' };
    const body = JSON.stringify({ preset_id: null, title: '等着', messages: [{ role: 'user', content: '有人吗' }] });
    return ((await (await fetch('/api/v1/chats', { method: 'POST', headers, body })).json()) as { id: string }).id;
  });
  const look = await hold(page, '**/conversations/*/stream');
  await page.goto(`/ask/${chat}`);
  await answers(page).getByRole('status').waitFor();
  expect(await page.getByRole('button', { name: '再问一次' }).count()).toBe(0);
  await look();
  await page.getByRole('button', { name: '再问一次' }).click();
  await answers(page).getByText('好的。').waitFor();
  expect(await questions(page, '有人吗').count()).toBe(1);
  admin.isClean();
});

test('a browser that says it is offline still shows what a server on this machine says', async () => {
  await keepFailure(() => admin, 'offline');
  const { page } = admin;
  await page.evaluate(() => window.dispatchEvent(new Event('offline')));
  await page.getByRole('link', { name: '设置' }).click();
  await page.getByText('scripted').first().waitFor();
  await page.getByRole('tab', { name: '偏好' }).click();
  await page.getByText('开发者', { exact: true }).click();
  await page.getByText('已保存').first().waitFor();
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  admin.isClean();
});

test('a list that can not be read says why, and is read on a second try', async () => {
  await keepFailure(() => admin, 'not read');
  const { page } = admin;
  const failing = (route: Route) =>
    route.fulfill({ status: 403, json: { success: false, error: { code: 'X', message: '今天不行' } } });
  await page.route('**/api/v1/conversations?*', failing);
  await page.reload();
  const list = page.getByRole('region', { name: '对话' });
  await list.getByText('今天不行').waitFor();
  const again = list.getByRole('button', { name: '重试' });
  await again.click();
  await list.getByText('今天不行').waitFor();
  await page.unroute('**/api/v1/conversations?*', failing);
  // What else asks for the list may be faster than a click; then there is nothing to press any more.
  await again.click({ timeout: 2_000 }).catch(() => undefined);
  await list.getByRole('link', { name: '等着' }).waitFor();
  admin.isClean();
});

test('who signs in in one tab is who is signed in in the others, which show nothing of whoever was before', async () => {
  await keepFailure(() => admin, 'another account');
  const { page, context } = admin;
  const second = await context.newPage();
  await second.goto('/');
  await second.getByRole('link', { name: '等着' }).waitFor();
  await second.getByRole('button', { name: 'admin' }).click();
  await second.getByRole('menuitem', { name: '退出登录' }).click();
  await second.getByLabel('邮箱或用户名').fill('user@example.com');
  await second.getByLabel('密码').fill('passw0rd-1');
  await second.getByRole('button', { name: '登录', exact: true }).click();
  await second.getByRole('button', { name: 'user' }).waitFor();
  await page.getByRole('button', { name: 'user' }).waitFor();
  await page.getByRole('link', { name: '早上好' }).first().waitFor();
  expect(await page.getByRole('link', { name: '等着' }).count()).toBe(0);
  expect(await page.getByRole('link', { name: '管理', exact: true }).count()).toBe(0);
  await second.close();
  admin.isClean();
});
