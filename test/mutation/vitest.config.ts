import { defineConfig } from 'vitest/config';

/** The tests that a mutant is tried against: only those that start no server, since each mutant runs them anew. */
export default defineConfig({
  test: {
    include: [
      'test/{policy,protocol,values}/*.test.ts',
      'test/observability/{audit,log}.test.ts',
      'test/http/{api-event,caller,check-order,default-client,good-request,handler,query-names}.test.ts',
      'test/http/{request-body,request-fields,request-values,responses,vend}.test.ts',
      'test/tokens/{token,cache-key,plan,known,lease}.test.ts',
      'test/connect/token-response.test.ts',
      // The commands of `command-line` are processes of their own.
      'test/grants/{diff,diff-against-every-request,explain,explain-line,matrix,stand-ins,template-lines,verdicts-agree}.test.ts',
    ],
    setupFiles: ['test/mutation/steady.ts'],
    testTimeout: 30_000,
  },
});
