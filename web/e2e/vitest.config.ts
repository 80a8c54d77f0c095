// Tests of the whole page, in a real browser against the real server. They take turns: two cores carry one browser well.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['e2e/**/*.e2e.ts'],
    environment: 'node',
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 90_000,
    bail: 0,
  },
});
