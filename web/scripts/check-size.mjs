// What a browser loads before it shows a screen, packed with gzip: fails above the budget.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const BUDGET = 350 * 1024;
/** What is loaded for each way in: the page itself, the screen, and what is loaded with every page later on: texts and words of components. */
const SCREENS = {
  'sign in': ['src/screens/sign-in/SignInScreen.tsx'],
  ask: ['src/screens/ask/AskScreen.tsx'],
  data: ['src/screens/data/DataScreen.tsx'],
  datasets: ['src/screens/datasets/DatasetsScreen.tsx'],
  settings: ['src/screens/settings/SettingsScreen.tsx'],
  account: ['src/screens/account/AccountScreen.tsx'],
  admin: ['src/screens/admin/AdminScreen.tsx'],
};
const ALWAYS = ['index.html', 'src/i18n/en/index.ts', 'node_modules/antd/es/locale/zh_CN.js'];

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

// A screen that nobody listed here would never be weighed.
const routes = new URL('../src/app/routes.tsx', import.meta.url);
const routed = [...(await readFile(routes, 'utf8')).matchAll(/import\('\.\.\/screens\/(.+?)'\)/g)].map(
  (found) => found[1],
);
const listed = new Set(Object.values(SCREENS).flat());
const unlisted = routed.filter((screen) => !listed.has(`src/screens/${screen}.tsx`));
if (routed.length === 0 || unlisted.length > 0) throw new Error(`not weighed: ${unlisted.join(', ') || 'any screen'}`);

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
