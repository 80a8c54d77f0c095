// What a browser loads before it shows a screen, packed with gzip: fails above the budget.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const BUDGET = 350 * 1024;
/** What is loaded for each way in: the page itself, the screen, and the texts of the larger language. */
const SCREENS = {
  'sign in': ['src/screens/sign-in/SignInScreen.tsx'],
  ask: ['src/screens/ask/AskScreen.tsx'],
};
const ALWAYS = ['index.html', 'src/i18n/en/index.ts'];

const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(await readFile(new URL('.vite/manifest.json', dist), 'utf8'));
const find = (name) => {
  const entry = manifest[name];
  if (!entry) throw new Error(`${name} isn't in the manifest of ${fileURLToPath(dist)}`);
  return entry;
};

function filesOf(names) {
  const files = new Set();
  const seen = new Set();
  const add = (name) => {
    if (seen.has(name)) return;
    seen.add(name);
    const entry = find(name);
    files.add(entry.file);
    for (const css of entry.css ?? []) files.add(css);
    for (const imported of entry.imports ?? []) add(imported);
  };
  names.forEach(add);
  return files;
}

let isOver = false;
for (const [screen, names] of Object.entries(SCREENS)) {
  let bytes = 0;
  for (const file of filesOf([...ALWAYS, ...names]))
    bytes += gzipSync(await readFile(new URL(file, dist)), { level: 9 }).length;
  console.log(`first load of "${screen}": ${(bytes / 1024).toFixed(1)} KiB gzipped (budget ${BUDGET / 1024})`);
  isOver ||= bytes > BUDGET;
}
if (isOver) {
  console.error('the first load is over its budget: load what a screen needs later with import()');
  process.exit(1);
}
