import { defineConfig } from 'vitest/config';

/** The tests that a mutant is tried against: only those that take no time, since each mutant runs them anew. */
export default defineConfig({
  test: {
    include: ['test/{http,policy,tokens}/{caller,values,handler,policy,principals,token}.test.ts'],
    setupFiles: ['test/mutation/steady.ts'],
    testTimeout: 30_000,
  },
});
