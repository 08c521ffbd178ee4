import { tmpdir } from 'node:os';
import { expect } from 'vitest';
import { type DoorRow, first, forget, hit } from './doors-bench.ts';
import { run } from './start-process.ts';

const miss =
  /^\S+ {2}200 {2}checkout-api {2}connect:fulfillment {2}expires in 86\d\d\d s {2}fwd=miss; stored; ttl=86\d+ /;
const unavailable =
  /^\S+ {2}503 {2}checkout-api {2}connect:fulfillment {2}temporarily_unavailable {2}reason upstream_unavailable {2}Retry-After /;

const version = (said: string) => /version ([\w-]{36})/.exec(said)?.[1];

/** What the doors do to the stack itself, in the order in which they are printed. */
export const controlDoorRows: DoorRow[] = [
  [
    'forgetting',
    forget,
    async ({ ask, door, paste }, command) => {
      expect(await paste(command)).toBe('The token table is empty, and 2 new instances remember nothing.\n');
      expect((await ask(door(first))).line).toMatch(miss);
    },
  ],
  [
    'a refresh',
    /^npm run refresh/,
    async ({ paste }, command) => {
      expect(await paste(command)).toContain('{"entries":2,"fresh":0,"renewed":2,"failed":0}');
    },
  ],
  [
    'a Connect that throttles: no matter for live tokens, 503 for a mint',
    /429 \S+\/connect$/,
    async ({ ask, askAnew, door, paste }, command) => {
      await paste(command);
      expect((await ask(door(first))).line).toMatch(hit);
      const { line, audit } = await askAnew();
      expect(line).toMatch(unavailable);
      expect(line).toMatch(/Retry-After (30|29|28) s/);
      expect(audit).toMatchObject({ upstream_status: 429, attempts: 1 });
    },
  ],
  [
    'a Connect that is unavailable',
    /503 \S+\/connect$/,
    async ({ askAnew, paste }, command) => {
      await paste(command);
      const { line, audit } = await askAnew();
      expect(line).toMatch(unavailable);
      expect(audit).toMatchObject({ upstream_status: 503, attempts: 4 });
    },
  ],
  [
    'a slow Connect',
    /slow \S+\/connect$/,
    async ({ askAnew, paste }, command) => {
      await paste(command);
      const { line, audit } = await askAnew();
      expect(line).toMatch(miss);
      expect(audit?.['upstream_ms']).toBeGreaterThanOrEqual(6_000);
    },
  ],
  [
    'a Connect that is down',
    /down \S+\/connect$/,
    async ({ askAnew, paste }, command) => {
      await paste(command);
      const { line, audit } = await askAnew();
      expect(line).toMatch(unavailable);
      expect(audit).toMatchObject({ system_error: 'ECONNREFUSED' });
    },
  ],
  [
    'a Connect that is well again',
    /ok \S+\/connect$/,
    async ({ askAnew, paste }, command) => {
      await paste(command);
      expect((await askAnew()).line).toMatch(miss);
    },
  ],
  [
    'a rotation',
    /rotate \S+\/secrets\/acme$/,
    async ({ askAnew, paste }, command) => {
      const put = version(await paste(command));
      const { line, audit } = await askAnew();
      expect(line).toMatch(miss);
      expect(audit).toMatchObject({ secret_version_id: put, refused_credentials: 0 });
    },
  ],
  [
    'a mangled secret, which falls back to the previous version',
    /mangle \S+\/secrets\/acme$/,
    async ({ askAnew, paste }, command) => {
      const put = version(await paste(command));
      const { line, below, audit } = await askAnew();
      expect(line).toMatch(miss);
      expect(below).toContain('fault: AWSCURRENT: the secret is not a JSON object');
      expect(audit?.['secret_version_id']).not.toBe(put);
    },
  ],
  [
    'the secret put right',
    /repair \S+\/secrets\/acme$/,
    async ({ askAnew, paste }, command) => {
      const put = version(await paste(command));
      const { line, below, audit } = await askAnew();
      expect([line.match(miss) !== null, below]).toEqual([true, '']);
      expect(audit).toMatchObject({ secret_version_id: put, refused_credentials: 0 });
    },
  ],
  [
    'a wrong pair by the AWS CLI, which falls back too',
    /aws secretsmanager put-secret-value/,
    async ({ askAnew, door, paste }, command) => {
      const { code } = await run('aws', ['--version'], { home: tmpdir() });
      if (code !== 0) return console.warn('There is no aws on this machine: its door was not pressed');
      const { VersionId, VersionStages } = JSON.parse(await paste(command));
      expect(VersionStages).toEqual(['AWSCURRENT']);
      const { line, audit } = await askAnew();
      expect(line).toMatch(miss);
      expect(audit).toMatchObject({ refused_credentials: 1 });
      expect(audit?.['secret_version_id']).not.toBe(VersionId);
      await paste(door(/repair /));
    },
  ],
  [
    'a clock that jumps to the last hour of a token, which is renewed ahead',
    /23h \S+\/clock$/,
    async ({ ask, askAnew, door, paste }, command) => {
      await askAnew();
      expect(await paste(command)).toMatch(/^The stack's clock is at \d{4}-/);
      const { line, audit } = await ask(door(first));
      expect(line).toMatch(miss);
      expect(Date.parse(String(audit?.['timestamp'])) - Date.now()).toBeGreaterThan(22.9 * 3_600_000);
      expect(audit).not.toHaveProperty('table_fault');
    },
  ],
  [
    'a clock that jumps past the end of a token',
    /25h \S+\/clock$/,
    async ({ ask, door, paste }, command) => {
      await paste(command);
      const { line, audit } = await ask(door(first));
      expect(line).toMatch(miss);
      expect(audit).not.toHaveProperty('table_fault');
    },
  ],
];
