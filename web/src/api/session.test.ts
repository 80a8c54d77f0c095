import { expect, test, vi } from 'vitest';

const kept = new Map<string, string>();
vi.stubGlobal('localStorage', {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
  removeItem: (key: string) => void kept.delete(key),
});
const page = new EventTarget();
vi.stubGlobal('window', page);
const { forget, onAnotherAccount, signIn } = await import('./session');

const token = (claims: object) => `h.${btoa(JSON.stringify(claims)).replace(/\+/g, '-').replace(/\//g, '_')}.s`;

test('it is noticed when somebody else comes, in this tab or in another, and not when a token is swapped', () => {
  let times = 0;
  onAnotherAccount(() => (times += 1));
  const come = (sub: string) => signIn({ access_token: 'a', refresh_token: token({ sub }), expires_in: 60 });
  const elsewhere = (sub: string | null) => {
    if (sub) kept.set('wenshu.session', JSON.stringify({ access: 'a', refresh: token({ sub }), expiresAt: 0 }));
    else kept.delete('wenshu.session');
    page.dispatchEvent(Object.assign(new Event('storage'), { key: 'wenshu.session' }));
  };
  come('ann');
  expect(times).toBe(1);
  come('ann');
  elsewhere('ann');
  expect(times).toBe(1);
  // Without the moment in between in which nobody is signed in: a tab that sleeps doesn't see it.
  elsewhere('ben');
  expect(times).toBe(2);
  elsewhere(null);
  expect(times).toBe(3);
  come('ann');
  forget();
  expect(times).toBe(5);
});
