import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // ONNX Runtime brings its own threads; two test files at a time keep a two-core machine busy.
    maxWorkers: 2,
    // What programs run in processes of their own, the command line above all, is not seen.
    coverage: { include: ['src/**/*.ts'], reporter: ['text-summary', 'html'] },
  },
});
