import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Result, repository, run as runAt, startAndStay } from './start-process.ts';

const home = mkdtempSync(join(tmpdir(), 'start-'));
afterAll(() => rmSync(home, { recursive: true }));

const run = (command: string, args: string[], shell: Record<string, string> = {}, cwd = repository) =>
  runAt(command, args, { home, cwd, shell });

/** As npm runs the script of package.json. */
const start = (args: string[], shell?: Record<string, string>): Promise<Result> =>
  run(
    process.execPath,
    ['infra/preflight.js', '--clean', 'test/local/cli/start.ts', '--once', ...args],
    shell,
  );

/** Everything in a shell that would lead the SDK, fetch or Node astray. */
function hostileShell(): Record<string, string> {
  const TMPDIR = join(home, 'a b%20#c?d');
  mkdirSync(TMPDIR, { recursive: true });
  mkdirSync(join(home, '.aws'), { recursive: true });
  const profile = '[default]\nuse_fips_endpoint = true\nuse_dualstack_endpoint = true\nretry_mode = none\n';
  writeFileSync(join(home, '.aws', 'config'), profile);
  const proxy = 'http://127.0.0.1:9';
  return {
    TMPDIR,
    AWS_USE_FIPS_ENDPOINT: 'true',
    AWS_USE_DUALSTACK_ENDPOINT: 'true',
    AWS_ENDPOINT_URL: proxy,
    AWS_ENDPOINT_URL_DYNAMODB: proxy,
    AWS_PROFILE: 'nobody',
    AWS_REGION: 'mars-east-1',
    AWS_MAX_ATTEMPTS: 'many',
    AWS_RETRY_MODE: 'none',
    AWS_CA_BUNDLE: '/nonexistent',
    NODE_OPTIONS: '--use-env-proxy --no-warnings',
    NODE_USE_ENV_PROXY: '1',
    HTTP_PROXY: proxy,
    HTTPS_PROXY: proxy,
    http_proxy: proxy,
    https_proxy: proxy,
  };
}

describe('npm start', () => {
  it('vends a token whatever the shell says of AWS, proxies and Node, in any temporary folder', async () => {
    const { code, stdout, stderr } = await run('npm', ['start', '--', '--once'], hostileShell());
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('The response: 200');
    expect(stdout).toContain('"scope": "connect:fulfillment"');
  });

  it('reads relative paths from the folder that the user is in', async () => {
    const mine = readFileSync(join(repository, 'test', 'local', 'cli', 'callers.yaml'), 'utf8');
    writeFileSync(join(home, 'mine.yaml'), mine.replaceAll('sessionName: example', 'sessionName: mine'));
    const args = ['--prefix', repository, 'start', '--', '--once', '--callers', 'mine.yaml'];
    const { code, stdout, stderr } = await run('npm', args, {}, home);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('arn:aws:sts::111122223333:assumed-role/checkout-api/mine');
    const missing = await run(
      'npm',
      ['--prefix', repository, 'start', '--', '--policy', 'no.yaml'],
      {},
      home,
    );
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain(`${home}/no.yaml: there is no such file`);
  });

  it('vends with any policy and no other file: local Connect, made-up secrets, a caller for each principal', async () => {
    const deployed = readFileSync(join(repository, 'infra', 'policy.yaml'), 'utf8');
    const own = join(home, 'own.yaml');
    writeFileSync(own, deployed.replaceAll('111122223333', '222233334444'));
    const callers = join('test', 'local', 'cli', 'callers.yaml');
    const [stays, ofOwnAccount, ofAnother] = await Promise.all([
      startAndStay(['--policy', 'infra/policy.yaml', '--local-connect'], home).then(({ end }) => end()),
      start(['--policy', own, '--local-connect']),
      start([
        '--policy',
        'infra/policy.yaml',
        '--local-connect',
        '--callers',
        callers,
        '--account',
        '222233334444',
      ]),
    ]);
    expect(stays).toContain('The response: 200');
    expect(stays).toMatch(/2 renewed, 0 failed\.\n\nDo it yourself\n/);
    expect(stays).toContain("--user 'example-checkout-api:not-a-secret-checkout-api'");
    expect([ofOwnAccount.code, ofOwnAccount.stderr]).toEqual([0, '']);
    expect(ofOwnAccount.stdout).toContain('arn:aws:sts::222233334444:assumed-role/checkout-api/example');
    expect([ofAnother.code, ofAnother.stderr]).toEqual([1, '']);
    expect(ofAnother.stdout).toContain(
      'Signed with the key example-checkout-api as role/apps/checkout-api of 111122223333. The signature is right.',
    );
    expect(ofAnother.stdout).toContain("111122223333 is not the API's account, 222233334444");
  });

  it.each([
    ['--polcy x', /^Unknown option '--polcy'\. Options: npm start -- --help\n$/],
    ['--policy infra/policy.yaml', /^https:\/\/connect\.instacart\.com is not on this machine: /],
  ])('refuses %s in one sentence', async (options, sentence) => {
    const { code, stdout, stderr } = await start(options.split(' '));
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(sentence);
  });

  it('tells a taken port of the policy from that of --port', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const example = readFileSync(join(repository, 'test', 'local', 'cli', 'policy.yaml'), 'utf8');
    const policy = join(home, 'policy.yaml');
    writeFileSync(policy, example.replace('https://connect.instacart.com', `http://127.0.0.1:${port}`));
    const secrets = join('test', 'local', 'cli', 'secrets.yaml');
    const [ofPolicy, ofOption] = await Promise.all([
      start(['--policy', policy, '--secrets', secrets]),
      start(['--port', String(port)]),
    ]);
    server.close();
    expect(ofPolicy).toEqual({
      code: 2,
      stdout: '',
      stderr: `The local Connect needs the port of the policy's baseUrl http://127.0.0.1:${port}, which is taken: free it, or write another\n`,
    });
    expect(ofOption).toMatchObject({
      code: 2,
      stderr: `Port ${port} of 127.0.0.1 is taken: pass another with --port\n`,
    });
  });
});

describe('the tests', () => {
  it('pass in the same shell', async () => {
    const vitest = join('node_modules', 'vitest', 'vitest.mjs');
    const files = ['secrets-manager-emulator', 'instance.test'];
    const { code, stdout } = await run(process.execPath, [vitest, 'run', ...files], hostileShell());
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(/Test Files\s+2 passed/);
  });
});
