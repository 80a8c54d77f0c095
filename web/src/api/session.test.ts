import { expect, test, vi } from 'vitest';

vi.stubGlobal('localStorage', { getItem: () => null });
const { sessionOf } = await import('./session');

const token = (claims: object) => `h.${btoa(JSON.stringify(claims)).replace(/\+/g, '-').replace(/\//g, '_')}.s`;

test('a token says when its session began and when it ends', () => {
  const sid = '01a227f4-3657-7652-9b67-739635fa79bc';
  expect(sessionOf(token({ sid, exp: 1_800_000_000, note: '???>>>' }))).toEqual({
    since: new Date(0x01a227f43657),
    until: new Date(1_800_000_000_000),
  });
  for (const other of ['', 'a.b', token({}), token({ sid: '6ba7b810-9dad-41d1-80b4-00c04fd430c8', exp: 1 })])
    expect(sessionOf(other), other).toBeUndefined();
});
