import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { compilePolicy } from '../../../infra/policy/compile.ts';
import { startConnect } from '../emulators/connect-emulator.ts';
import { signedFetch } from '../emulators/signed-client.ts';
import { createClock } from './clock.ts';
import { startStack } from './system.ts';

const folder = mkdtempSync(join(tmpdir(), 'instance-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

const caller = {
  accessKeyId: 'example',
  secretAccessKey: 'not-a-secret',
  principalArn: 'arn:aws:iam::111122223333:role/checkout-api',
};

const policyOf = (baseUrl: string) => `
version: 1
clients:
  acme: { secretName: connect/acme, baseUrl: '${baseUrl}' }
grants:
  - id: checkout
    principals: ['${caller.principalArn}']
    client: acme
    grantType: client_credentials
    scopes: [connect:fulfillment]
`;

describe('an instance', () => {
  it.each([
    ['a thread', false],
    ['a process', true],
  ])(
    'that is %s finds its bundle in any folder, tells what it loads, and has a clock of its own',
    async (_what, inProcesses) => {
      const odd = join(folder, 'a b%20#c?d');
      mkdirSync(odd, { recursive: true });
      vi.stubEnv('TMPDIR', odd);
      const clock = createClock();
      const applications = [{ clientId: 'id', clientSecret: 'secret' }];
      const connect = await startConnect({ applications, now: clock.now });
      const stack = await startStack({
        policy: compilePolicy(policyOf(connect.url), 'policy.yaml'),
        callers: [caller],
        secrets: { 'connect/acme': JSON.stringify({ client_id: 'id', client_secret: 'secret' }) },
        inProcesses,
        clock,
      });
      const init = {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"grant_type":"client_credentials"}',
      };
      const { status } = await signedFetch(stack.url, init, caller);
      const loaded = await stack.loaded();
      // Past the end of that token, so that the table and Secrets Manager are asked by the new clock.
      await stack.advanceClock(25 * 3_600_000);
      const later = await signedFetch(stack.url, init, caller);
      const { created_at: createdAt } = (await later.json()) as { created_at: number };
      const { unexpected } = stack.dynamodb;
      await Promise.all([stack.close(), connect.close()]);
      expect(status).toBe(200);
      expect(loaded).toContain('vend-function.mjs');
      expect(later.status).toBe(200);
      expect(createdAt - Date.now() / 1000).toBeGreaterThan(24.9 * 3_600);
      expect(connect.requests).toHaveLength(2);
      expect(unexpected).toEqual([]);
      expect(stack.lines.join('\n')).not.toContain('table_fault');
    },
  );
});
