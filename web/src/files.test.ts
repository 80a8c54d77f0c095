import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const LONGEST = 300;
const files = ['src', 'e2e', 'scripts']
  .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`))
  .filter((name) => /\.(tsx?|mjs|css)$/.test(name) && !name.includes('generated'));

test('no file is long, and each says what it is for', () => {
  for (const name of files) {
    const text = readFileSync(name, 'utf8');
    const isShort = text.split('\n').length <= LONGEST || /\.(test|e2e)\.ts$/.test(name);
    expect(isShort, `${name} has more than ${LONGEST} lines`).toBe(true);
    const needsNone = /\.(test\.tsx?|module\.css)$/.test(name);
    expect(
      needsNone || /^(\/\/|\/\*)/.test(text),
      `${name} doesn't begin with a comment that says why it is there`,
    ).toBe(true);
  }
});
