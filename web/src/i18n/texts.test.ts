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

const placeholders = (text: string) => [...text.matchAll(/{{(\w+)}}/g)].map((found) => found[1]).sort();

test('both languages have the same texts, with the same places to fill in', () => {
  const [chinese, english] = [flat(zh), flat(en)];
  expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort());
  for (const [key, text] of chinese) {
    expect(text.trim(), key).not.toBe('');
    expect(english.get(key)?.trim(), key).not.toBe('');
    expect(placeholders(english.get(key) ?? ''), key).toEqual(placeholders(text));
  }
});

test('every text is said somewhere', () => {
  const source = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.startsWith('i18n') && !name.includes('.test.'))
    .map((name) => readFileSync(join('src', name), 'utf8'))
    .join('\n');
  const unsaid = [...flat(zh).keys()].filter((key) => {
    if (source.includes(`'${key}'`)) return false;
    // Keys of a list of words are put together: t(`ask.${type}`).
    const group = key.slice(0, key.lastIndexOf('.'));
    return !source.includes(`\`${group}.\${`);
  });
  expect(unsaid).toEqual([]);
});

test('the language is the one chosen, else the first of the browser that is spoken', () => {
  expect(firstLanguage('en', ['zh-CN'])).toBe('en');
  expect(firstLanguage(null, ['fr', 'zh-TW', 'en'])).toBe('zh');
  expect(firstLanguage('xx', ['de'])).toBe('en');
});
