// How the page is built: what it loads first apart from what a screen or an answer needs, names with hashes, no inline script.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2022',
    manifest: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
  },
  server: {
    // A server that runs beside `npm run dev`.
    proxy: { '^/(api|v1|docs|openapi|health|metrics)': 'http://127.0.0.1:8000' },
  },
  test: { include: ['src/**/*.test.{ts,tsx}'], environment: 'node' },
});
