import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const repository = join(import.meta.dirname, '..', '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'start-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Result = { code: number; stdout: string; stderr: string };

function run(command: string, args: string[], shell: Record<string, string> = {}, cwd = repository) {
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, NO_COLOR: '1', ...shell };
  return new Promise<Result>((resolve) => {
    execFile(command, args, { cwd, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** As npm runs the script of package.json. */
const start = (args: string[], shell?: Record<string, string>) =>
  run(
    process.execPath,
    ['infra/preflight.js', '--clean', 'test/local/cli/start.ts', '--once', ...args],
    shell,
  );

/** What it prints before it waits for requests; then Ctrl-C ends it. */
function startAndStay(args: string[]): Promise<string> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, NO_COLOR: '1' };
  const program = ['infra/preflight.js', '--clean', 'test/local/cli/start.ts', ...args];
  const child = spawn(process.execPath, program, { cwd: repository, env, detached: true });
  let printed = '';
  let isEnding = false;
  child.stdout.on('data', (text) => {
    printed += String(text);
    if (isEnding || !printed.includes('Ctrl-C ends the stack.')) return;
    isEnding = true;
    // As a terminal does, to the whole group.
    process.kill(-Number(child.pid), 'SIGINT');
  });
  child.stderr.on('data', (text) => {
    printed += String(text);
  });
  return new Promise((resolve) => child.on('close', () => resolve(printed)));
}

/** Everything in a shell that would lead the SDK, fetch or Node astray. */
function hostileShell(): Record<string, string> {
  const TMPDIR = join(folder, 'a b%20#c?d');
  mkdirSync(TMPDIR, { recursive: true });
  mkdirSync(join(folder, '.aws'), { recursive: true });
  const profile = '[default]\nuse_fips_endpoint = true\nuse_dualstack_endpoint = true\nretry_mode = none\n';
  writeFileSync(join(folder, '.aws', 'config'), profile);
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
    writeFileSync(join(folder, 'mine.yaml'), mine.replaceAll('sessionName: example', 'sessionName: mine'));
    const args = ['--prefix', repository, 'start', '--', '--once', '--callers', 'mine.yaml'];
    const { code, stdout, stderr } = await run('npm', args, {}, folder);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('arn:aws:sts::111122223333:assumed-role/checkout-api/mine');
    const missing = await run(
      'npm',
      ['--prefix', repository, 'start', '--', '--policy', 'no.yaml'],
      {},
      folder,
    );
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain(`${folder}/no.yaml: there is no such file`);
  });

  it('runs the prober after the first refresh, where the policy has one', async () => {
    const example = readFileSync(join(repository, 'test', 'local', 'cli', 'policy.yaml'), 'utf8');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    const mine = example.slice(0, example.indexOf('\nprober:'));
    const policy = join(folder, 'without-prober.yaml');
    writeFileSync(policy, mine.replace('https://connect.instacart.com', `http://127.0.0.1:${port}`));
    const secrets = join('test', 'local', 'cli', 'secrets.yaml');
    const [withProber, without] = await Promise.all([
      startAndStay([]),
      startAndStay(['--policy', policy, '--secrets', secrets]),
    ]);
    expect(withProber).toMatch(
      /2 renewed, 0 failed\.\n\nThe prober was vended a token, and was refused a scope: right\.\n/,
    );
    expect(without).toContain('2 renewed, 0 failed.');
    expect(without).not.toContain('prober');
  });

  it.each([
    ['--polcy x', /^Unknown option '--polcy'\. Options: npm start -- --help\n$/],
    ['extra', /^Unexpected argument 'extra'\. /],
    ['--port 70000', /^--port 70000: write a port, 0 to 65535\n$/],
    ['--instances 0', /^--instances 0: write a number, 1 to 32\n$/],
    ['--callers package.json', /^package\.json:1:1 write a caller: /],
    ['--secrets test', /^test: this is a folder: write the path of a file\n$/],
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
    const policy = join(folder, 'policy.yaml');
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
