import i18next from 'i18next';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import en from './en';
import { firstLanguage } from './index';
import zh from './zh';

function flat(texts: object, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(texts).flatMap(([key, value]: [string, unknown]) =>
      typeof value === 'string' ? [[prefix + key, value] as const] : [...flat(value as object, `${prefix}${key}.`)],
    ),
  );
}

/** What is put together in areas that have other texts too: kinds of charts, ages of conversations, ways to look. */
const LISTS: Record<string, readonly string[]> = {
  ask: ['bar', 'line', 'area', 'pie', 'scatter', 'today', 'yesterday', 'thisWeek', 'earlier'],
  common: ['light', 'dark', 'system'],
};

const placeholders = (text: string) => [...text.matchAll(/{{(\w+)}}/g)].map((found) => found[1]).sort();

test('both languages have the same texts, with the same places to fill in', () => {
  const [chinese, english] = [flat(zh), flat(en)];
  const isOfOne = (key: string) => key.endsWith('_one') && !chinese.has(key);
  expect([...english.keys()].filter((key) => !isOfOne(key)).sort()).toEqual([...chinese.keys()].sort());
  for (const key of [...english.keys()].filter(isOfOne)) {
    const several = english.get(key.slice(0, -'_one'.length));
    expect(placeholders(english.get(key) ?? ''), key).toEqual(placeholders(several ?? 'none'));
  }
  for (const [key, text] of chinese) {
    expect(text.trim(), key).not.toBe('');
    expect(english.get(key)?.trim(), key).not.toBe('');
    expect(placeholders(english.get(key) ?? ''), key).toEqual(placeholders(text));
  }
});

test('the Chinese page has no English texts, and the English one no Chinese ones', () => {
  // Names and words of the trade are the same in both.
  const names =
    /OPENAI_MODEL|SQLite|Parquet|UTC|sources\/|model id|token|demo|Excel|Arrow|NDJSON|JSON|CSV|TSV|SQL|PNG|SVG|TLS|API|NULL/g;
  const bare = (text: string) => text.replace(/{{\w+}}/g, '').replace(names, '');
  for (const [key, text] of flat(zh)) expect(bare(text), key).not.toMatch(/[A-Za-z]{2}/);
  for (const [key, text] of flat(en)) expect(text, key).not.toMatch(/\p{Script=Han}/u);
});

test('one thing is not said like several', async () => {
  const speech = i18next.createInstance();
  await speech.init({ lng: 'en', resources: { en: { translation: en }, zh: { translation: zh } } });
  const rows = (count: number) => speech.t('ask.rows', { count });
  expect([0, 1, 2].map(rows)).toEqual(['0 rows', '1 row', '2 rows']);
  expect(speech.t('datasets.rows', { count: 1, rows: '1' })).toBe('1 row');
  await speech.changeLanguage('zh');
  expect([1, 2].map(rows)).toEqual(['1 行', '2 行']);
});

test('every text is said somewhere', () => {
  const source = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.startsWith('i18n') && !name.includes('.test.'))
    .map((name) => readFileSync(join('src', name), 'utf8'))
    .join('\n');
  const unsaid = [...flat(zh).keys()].filter((key) => {
    if (source.includes(`'${key}'`)) return false;
    // Keys of a list of words are put together, as t(`ask.modes.${mode}`); of a whole area, as t(`ask.${type}`), those of the list alone.
    const group = key.slice(0, key.lastIndexOf('.'));
    const isPutTogether = source.includes(`\`${group}.\${`);
    return !isPutTogether || !(LISTS[group]?.includes(key.slice(group.length + 1)) ?? true);
  });
  expect(unsaid).toEqual([]);
});

test('the language is the one chosen, else the first of the browser that is spoken', () => {
  expect(firstLanguage('en', ['zh-CN'])).toBe('en');
  expect(firstLanguage(null, ['fr', 'zh-TW', 'en'])).toBe('zh');
  expect(firstLanguage('xx', ['de'])).toBe('en');
});
