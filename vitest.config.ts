import { devNull } from 'node:os';
import { defineConfig } from 'vitest/config';

// Tests talk to emulators on this machine. The shell's settings for AWS, proxies and Node would lead them elsewhere.
for (const name of Object.keys(process.env)) {
  if (/^(AWS_.*|NODE_OPTIONS|NODE_USE_ENV_PROXY|.*_PROXY)$/i.test(name)) delete process.env[name];
}
// CDK's own check of every template costs each process four seconds. Two tests run it: the one of all checks, and a synth.
process.env['CDK_VALIDATION'] = 'false';
Object.assign(process.env, { AWS_CONFIG_FILE: devNull, AWS_SHARED_CREDENTIALS_FILE: devNull });

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Many tests wait for real time to pass, and not for a processor.
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    coverage: {
      provider: 'v8',
      include: ['lambda/**/*.ts', 'infra/**/*.ts'],
      // Entries only wire things up; they run in the bundle's and the synth's own processes. So do commands that the tests
      // run as people do, where nothing here can count what they cover.
      exclude: [
        'lambda/*-function.ts',
        'lambda/environment.ts',
        'lambda/probe-wiring.ts',
        'infra/commands/{credentials,revoke}/**',
        'infra/commands/policy/{main,check,committed-matrix,explain-line}.ts',
        'infra/app.ts',
        'infra/index.ts',
        'infra/package.ts',
        'infra/policy/write-schema.ts',
      ],
      reporter: ['text-summary'],
      thresholds: { statements: 95, branches: 90, functions: 95, lines: 95 },
    },
  },
});
