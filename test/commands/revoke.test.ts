import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/folders.ts';
import { vendedToken, whoamiStatus } from '../support/revoking.ts';
import { answers } from '../support/upstream-faults.ts';
import { type CallerName, callers, createWorld, newShopper, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld('bundle');
});
afterAll(() => world.close());

const cwd = join(import.meta.dirname, '..', '..');
const home = temporaryFolder();

/** Runs the command as that caller, with `stdin` on its standard input. */
function run(args: string[], stdin: string, as: CallerName = 'operator') {
  const { accessKeyId, secretAccessKey } = callers[as];
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  };
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      ['infra/preflight.js', 'infra/commands/revoke/main.ts', ...args],
      { cwd, env },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
    child.stdin?.end(stdin);
  });
}

describe('npm run revoke', () => {
  it('revokes the token on stdin, prints its hash and how to find who was vended it, and never the token', async () => {
    const token = await vendedToken(world, newShopper());
    const { code, stdout, stderr } = await run(['--url', world.url, '--client', 'acme'], `${token}\n`);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`SHA-256 of the token: ${hash('sha256', token)}`);
    expect(stdout).toMatch(
      /^Revoked by Connect\. [\s\S]*refused_token_sha256 \(request id [0-9a-f-]{36}\)$/m,
    );
    expect(stdout).toContain(`token_sha256 = "${hash('sha256', token)}"`);
    expect(stdout).not.toContain(token);
    expect(await whoamiStatus(world, token)).toBe(401);
  });

  it.each(['', '/', '/v2/oauth/token/', '/v2/oauth/token/revoke'])('takes the URL …%s', async (path) => {
    const token = await vendedToken(world, newShopper());
    const { code } = await run(['--url', `${world.gateway.url}${path}`, '--client', 'acme'], token);
    expect([code, await whoamiStatus(world, token)]).toEqual([0, 401]);
  });

  it('says why not, with status 1', async () => {
    const token = await vendedToken(world, newShopper());
    const args = ['--url', world.url, '--client', 'acme'];
    const denied = await run(args, token, 'checkout');
    expect([denied.code, denied.stderr]).toEqual([1, '']);
    expect(denied.stdout).toContain(
      'HTTP 403: You signed as role/checkout-api of 111122223333. The policy does not let you revoke tokens of this client.',
    );
    world.connect.state.revocationFault = answers(500);
    const failed = await run(args, token);
    world.connect.state.revocationFault = undefined;
    expect(failed.code).toBe(1);
    expect(failed.stdout).toContain('HTTP 503: Connect could not be told');
    const nobody = await run(['--url', 'http://127.0.0.1:9'], token);
    expect([nobody.code, nobody.stdout.includes('Nobody knows whether the token is revoked')]).toEqual([
      1,
      true,
    ]);
  });

  it.each<[string, string[], string, RegExp]>([
    [
      'a token as an argument',
      ['--url', 'https://x.example', 'TOKEN'],
      '',
      /^Give the token on stdin, not as an argument/,
    ],
    ['no URL', [], 'token', /^--url URL: write /],
    ['a URL without TLS', ['--url', 'http://x.example'], 'token', /write an https URL\n$/],
    ['an unknown option', ['--token', 'x'], 'token', /^Unknown option '--token'/],
    ['an empty stdin', ['--url', 'https://x.example'], '\n', /^Stdin is not one token/],
    ['two lines', ['--url', 'https://x.example'], 'one\ntwo\n', /^Stdin is not one token/],
  ])('refuses %s in one sentence, with status 2', async (_what, args, stdin, sentence) => {
    const { code, stdout, stderr } = await run(args, stdin);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(sentence);
    expect(stderr.trimEnd()).not.toContain('\n');
  });

  it('prints its help', async () => {
    const { code, stdout } = await run(['--help'], '');
    expect([code, stdout.startsWith('npm run revoke -- --url URL')]).toEqual([0, true]);
  });
});
