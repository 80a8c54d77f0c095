// Types for our own API, made from the documents that the server prints: `npm run api`. With --check nothing is written, and a
// difference fails. WENSHU_BINARY says which server is asked.
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';

const CONTRACTS = ['querygpt', 'aideer', 'stock-bi', 'wenshu'];
const HEADER = '// Made by `npm run api` from the documents of our own server; not to be changed by hand.\n\n';
const binary = process.env.WENSHU_BINARY ?? fileURLToPath(new URL('../../target/debug/wenshu', import.meta.url));
const isCheck = process.argv.includes('--check');

/** A body that must have certain fields is `allOf` of its schema and the bare list of them, which has no type of its own. */
function withoutBareLists(node) {
  if (Array.isArray(node)) return node.map(withoutBareLists);
  if (node === null || typeof node !== 'object') return node;
  const simple = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, withoutBareLists(value)]));
  const parts = simple.allOf?.filter((part) => part.$ref || part.properties || part.allOf || part.oneOf);
  if (!parts || parts.length === simple.allOf.length) return simple;
  return parts.length === 1 ? parts[0] : { ...simple, allOf: parts };
}

let drifted = 0;
for (const contract of CONTRACTS) {
  const document = JSON.parse(execFileSync(binary, ['openapi', contract], { encoding: 'utf8', maxBuffer: 1 << 26 }));
  const types = HEADER + astToString(await openapiTS(withoutBareLists(document), { defaultNonNullable: false }));
  const file = fileURLToPath(new URL(`../src/api/generated/${contract}.d.ts`, import.meta.url));
  if (isCheck) {
    const kept = await readFile(file, 'utf8').catch(() => '');
    if (kept !== types) {
      drifted += 1;
      console.error(
        `web/src/api/generated/${contract}.d.ts is not what the server describes: run \`npm run api\` in web/`,
      );
    }
  } else await writeFile(file, types);
}
process.exit(drifted === 0 ? 0 : 1);
