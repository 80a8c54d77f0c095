// How the page is built: what it loads first apart from what a screen or an answer needs, names with hashes, no inline script.
import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/**
 * Icons of the component library are named in English unless somebody names them: "download 下载" is what a Chinese button would be called.
 * Each of its icons is one of `Icon.tsx` here, which nobody hears that has no name.
 */
const unnamedIcons = {
  name: 'unnamed-icons',
  enforce: 'pre' as const,
  resolveId: (source: string, importer: string | undefined) =>
    source === '../components/AntdIconLight' && importer?.includes('@ant-design/icons/es/icons/')
      ? fileURLToPath(new URL('src/parts/Icon.tsx', import.meta.url))
      : null,
};

export default defineConfig({
  plugins: [unnamedIcons, react()],
  build: {
    target: 'es2022',
    manifest: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
  },
  server: {
    // A server that runs beside `npm run dev`.
    proxy: { '^/(api|v1|wenshu|docs|openapi|health)': 'http://127.0.0.1:8000' },
  },
  test: { include: ['src/**/*.test.{ts,tsx}'], environment: 'node' },
});
