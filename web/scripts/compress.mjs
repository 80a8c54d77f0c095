// Packs what was built, once and well, so that the server has nothing to pack: `.br` and `.gz` beside each text that gains by it.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const TEXTS = /\.(js|css|svg|txt)$/;
const folder = fileURLToPath(new URL('../dist', import.meta.url));
const packings = [
  ['br', (bytes) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } })],
  ['gz', (bytes) => promisify(gzip)(bytes, { level: 9 })],
];

for (const name of await readdir(folder, { recursive: true })) {
  if (!TEXTS.test(name)) continue;
  const bytes = await readFile(join(folder, name));
  for (const [ending, pack] of packings) {
    const packed = await pack(bytes);
    if (packed.length < bytes.length) await writeFile(join(folder, `${name}.${ending}`), packed);
  }
}
