import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    coverage: {
      provider: 'v8',
      include: ['lambda/**/*.ts', 'infra/**/*.ts'],
      // Entries only wire things up; they run in the bundle's and the synth's own processes.
      exclude: [
        'lambda/*-function.ts',
        'lambda/environment.ts',
        'infra/app.ts',
        'infra/policy/write-schema.ts',
      ],
      reporter: ['text-summary'],
      thresholds: { statements: 95, branches: 90, functions: 95, lines: 95 },
    },
  },
});
