// Settings, the account, and what admins do: models, preferences, prompts, presets, plain chat, codes and credits, people.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, isAccessible, keepFailure, launch, openTab, register, type Tab } from './browser';
import { startModel, startServer, type ScriptedModel, type Server } from './programs';

let model: ScriptedModel;
let server: Server;
let browser: Browser;
let admin: Tab;
let user: Tab;
let code: string;

beforeAll(async () => {
  model = await startModel();
  await model.script({ pieces: ['你好，', '我是**脚本**。'] });
  [server, browser] = await Promise.all([startServer(), launch()]);
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

const go = (tab: Tab, name: string) => tab.page.getByRole('link', { name, exact: true }).click();
const menu = async (tab: Tab, who: string, item: string) => {
  await tab.page.getByRole('button', { name: who }).click();
  await tab.page.getByRole('menuitem', { name: item }).click();
};

test('a model is added, tried, and the default', async () => {
  await keepFailure(() => admin, 'models');
  const { page } = admin;
  await go(admin, '设置');
  await page.getByText('内置引擎').first().waitFor();
  await isAccessible(page, 'models');
  await page.getByRole('button', { name: '添加模型' }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel('提供方').click();
  await page.getByTitle('OpenAI compatible · 兼容接口').click();
  await form.getByLabel('模型名称').fill('scripted');
  await form.getByLabel('显示名称').fill('脚本模型');
  await form.getByLabel('接口地址').fill('http://127.0.0.1:1/v1');
  await form.getByRole('button', { name: '保存并测试' }).click();
  const card = page.getByRole('listitem').filter({ hasText: '脚本模型' });
  await card.getByRole('status').waitFor();
  await card.getByRole('button', { name: '编辑' }).click();
  await form.getByLabel('接口地址').fill(model.url);
  await form.getByRole('button', { name: '保存并测试' }).click();
  await card.getByRole('status').filter({ hasText: 'ms' }).waitFor();
  await card.getByRole('button', { name: '设为默认' }).click();
  await card.getByText('默认', { exact: true }).waitFor();
  admin.isClean();
});

test('preferences are kept with the account', async () => {
  await keepFailure(() => admin, 'preferences');
  const { page } = admin;
  await page.getByRole('tab', { name: '偏好' }).click();
  await page.getByText('开发者', { exact: true }).click();
  await page.getByText('已保存').first().waitFor();
  await isAccessible(page, 'preferences');
  await page.reload();
  await expect.poll(() => page.getByRole('radio', { name: '开发者' }).isChecked()).toBe(true);
  // A number that is taken out is no number.
  const rounds = page.getByLabel('记住前几轮');
  const before = await rounds.inputValue();
  expect(Number(before)).toBeGreaterThan(0);
  await rounds.fill('');
  await rounds.blur();
  await expect.poll(() => rounds.inputValue()).toBe(before);
  await rounds.fill('7');
  await rounds.blur();
  await page.getByText('已保存').first().waitFor();
  await page.reload();
  await expect.poll(() => rounds.inputValue()).toBe('7');
  admin.isClean();
});

test('a prompt is refused when it is wrong, kept when it is right, and brought back', async () => {
  await keepFailure(() => admin, 'prompts');
  const { page } = admin;
  await page.getByRole('tab', { name: '提示词' }).click();
  await page.locator('.cm-content').waitFor();
  await isAccessible(page, 'prompts');
  // Whoever looks at prompts with the keyboard stays where they are.
  expect(await page.evaluate(() => document.activeElement?.classList.contains('cm-content'))).toBe(false);
  // A variable is put where the cursor is; what isn't saved is there when one comes back.
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.insertText('甲乙');
  await page.keyboard.press('ArrowLeft');
  await page
    .getByRole('button', { name: /^{{ \w+ }}$/ })
    .first()
    .click();
  const first = page.locator('.cm-line').first();
  await expect.poll(() => first.textContent()).toMatch(/^甲{{ \w+ }}乙/);
  await go(admin, '数据');
  await page.getByRole('tabpanel').getByText('customers').first().waitFor();
  await page.goBack();
  await expect.poll(() => first.textContent()).toMatch(/^甲{{ \w+ }}乙/);
  await page.reload();
  await page.locator('.cm-content').waitFor();
  const write = async (text: string) => {
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.insertText(text);
    await page.getByRole('button', { name: '保存' }).click();
  };
  await write('{{ nothing_like_it }} ');
  await page
    .locator('.ant-message')
    .getByText(/nothing_like_it/)
    .waitFor();
  for (let place = 0; place < '{{ nothing_like_it }} '.length; place += 1) await page.keyboard.press('Control+z');
  await page.reload();
  await page.locator('.cm-content').waitFor();
  await write('请认真。 ');
  await page.getByText('已修改').waitFor();
  await page.getByRole('button', { name: '恢复默认' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '恢复默认' }).click();
  await expect.poll(() => page.getByText('已修改').count()).toBe(0);
  admin.isClean();
});

test('a preset for all is made, and used in plain chat', async () => {
  await keepFailure(() => admin, 'presets');
  const { page } = admin;
  await go(admin, '管理');
  await page.getByRole('tab', { name: '预设' }).click();
  await page.getByRole('button', { name: '添加预设' }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel('名称').fill('翻译');
  await form.getByLabel('指令').fill('把我说的话翻译成英文。');
  await form.getByRole('button', { name: '保存' }).click();
  await page.getByText('所有人').waitFor();
  await isAccessible(page, 'presets');
  await go(admin, '新问题');
  await page.getByText('聊天', { exact: true }).click();
  await page.getByLabel('选择预设').click();
  await page.getByTitle('翻译').click();
  await page.getByPlaceholder('聊点什么').fill('早上好');
  await page.getByRole('button', { name: '发送' }).click();
  const answers = page.getByRole('region', { name: '回答' });
  await answers.first().locator('strong', { hasText: '脚本' }).waitFor();
  await page.reload();
  await answers.first().locator('strong', { hasText: '脚本' }).waitFor();
  await ask(page, '再来一句');
  await answers.nth(1).locator('strong', { hasText: '脚本' }).waitFor();
  expect(await answers.count()).toBe(2);
  admin.isClean();
});

test('an admin makes a code, and a user redeems it, once', async () => {
  await keepFailure(() => user, 'codes');
  await go(admin, '管理');
  await admin.page.getByRole('tab', { name: '兑换码' }).click();
  await admin.page.getByRole('button', { name: '生成兑换码' }).click();
  code = (await admin.page.locator('code').first().textContent()) ?? '';
  await isAccessible(admin.page, 'codes');
  await menu(user, 'user', '账户');
  const { page } = user;
  await page.getByPlaceholder('兑换码').waitFor();
  await isAccessible(page, 'account');
  const redeem = async () => {
    await page.getByPlaceholder('兑换码').fill(code);
    await page.getByRole('button', { name: '兑换' }).click();
  };
  await redeem();
  await expect.poll(() => page.getByLabel('剩余积分').textContent()).toBe('100');
  await page.getByRole('cell', { name: '+100' }).waitFor();
  await redeem();
  await page
    .getByText(/兑换码.*(无效|用过|不存在)|redeem/i)
    .last()
    .waitFor();
  expect(await page.getByLabel('剩余积分').textContent()).toBe('100');
  user.isClean();
  admin.isClean();
});

test('somebody changes name, picture and password', async () => {
  await keepFailure(() => user, 'account');
  const { page } = user;
  await page.getByLabel('昵称').fill('小王');
  await page.getByRole('button', { name: '保存' }).click();
  await page.getByRole('button', { name: '小王' }).waitFor();
  const picture = await page.screenshot({ clip: { x: 0, y: 0, width: 200, height: 200 } });
  await page.locator('input[type=file]').setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: picture });
  await expect.poll(() => page.getByAltText('头像').getAttribute('src')).not.toContain('default');
  await page.getByLabel('当前密码').fill('passw0rd-1');
  await page.getByLabel('新密码').fill('passw0rd-2');
  await page.getByRole('button', { name: '修改密码' }).click();
  await expect.poll(() => page.getByLabel('新密码').inputValue()).toBe('');
  user.isClean();
});

test('an admin disables somebody, who is out at once, and lets them in again', async () => {
  await keepFailure(() => admin, 'disable');
  const { page } = admin;
  await page.getByRole('tab', { name: '用户' }).click();
  const row = page.getByRole('row').filter({ hasText: 'user@example.com' });
  const choose = async (item: RegExp) => {
    await row.getByRole('button', { name: /更多/ }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  await choose(/停用/);
  await page.getByRole('dialog').getByRole('button', { name: '停用' }).click();
  await row.getByText('已停用').waitFor();
  await user.page.reload();
  const signIn = user.page.getByRole('button', { name: '登录', exact: true });
  await signIn.waitFor();
  await user.page.getByLabel('邮箱或用户名').fill('user@example.com');
  await user.page.getByLabel('密码').fill('passw0rd-2');
  await signIn.click();
  await user.page.getByRole('alert').waitFor();
  await choose(/启用/);
  await expect.poll(() => row.getByText('已停用').count()).toBe(0);
  await signIn.click();
  await user.page.getByRole('button', { name: '小王' }).waitFor();
  // The last admin can't be shut out.
  const own = page.getByRole('row').filter({ hasText: 'admin@example.com' });
  await own.getByRole('button', { name: /更多/ }).click();
  await page.getByRole('menuitem', { name: '停用' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '停用' }).click();
  await page
    .locator('.ant-message')
    .getByText(/管理员/)
    .waitFor();
  expect(await own.getByText('已停用').count()).toBe(0);
  admin.isClean();
});

test('an admin makes somebody a visitor, and deletes them', async () => {
  await keepFailure(() => admin, 'users');
  const { page } = admin;
  await page.getByRole('tab', { name: '用户' }).click();
  const row = page.getByRole('row').filter({ hasText: 'user@example.com' });
  await row.waitFor();
  await isAccessible(page, 'users');
  await row.getByRole('button', { name: /更多/ }).click();
  await page.getByRole('menuitem', { name: '编辑' }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel('权限').click();
  await page.getByTitle('访客').click();
  await form.getByRole('button', { name: '保存' }).click();
  await row.getByText('访客').waitFor();
  await row.getByRole('button', { name: /更多/ }).click();
  await page.getByRole('menuitem', { name: '删除' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '删除' }).click();
  await expect.poll(() => row.count()).toBe(0);
  await user.page.reload();
  await user.page.getByRole('button', { name: '登录', exact: true }).waitFor();
  admin.isClean();
});
