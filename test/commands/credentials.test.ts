import { spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Application, type Connect, startConnect } from '../local/emulators/connect-emulator.ts';
import { canary } from '../support/canary.ts';
import { temporaryFolder } from '../support/folders.ts';

const repository = join(import.meta.dirname, '..', '..');
const folder = temporaryFolder();
const role = 'arn:aws:iam::111122223333:role/checkout';
const sha256 = /[0-9a-f]{64}/;

type Result = { code: number | null; stdout: string; stderr: string };

/** The npm script's command, in a folder of the user's. */
function credentials(args: string[], input = ''): Promise<Result> {
  const child = spawn(
    process.execPath,
    ['infra/preflight.js', 'infra/commands/credentials/main.ts', ...args],
    { cwd: repository, env: { PATH: process.env['PATH'], INIT_CWD: folder, HOME: folder } },
  );
  const result: Result = { code: null, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    result.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    result.stderr += chunk;
  });
  child.stdin.end(input);
  return new Promise((resolve) => child.on('close', (code) => resolve({ ...result, code })));
}

function write(name: string, text: string, mode = 0o600): string {
  writeFileSync(join(folder, name), text);
  chmodSync(join(folder, name), mode);
  return name;
}

function policyAt(baseUrl: string): string {
  return `
version: 1
clients:
  acme: { secretName: connect/acme, baseUrl: '${baseUrl}' }
  beta: { secretName: connect/beta, baseUrl: '${baseUrl}' }
grants:
  - id: checkout
    principals: ['${role}']
    client: acme
    grantType: client_credentials
    scopes: [connect:fulfillment, connect:ian]
    retailerIds: [the-garden]
  - { id: transactions, principals: ['${role}'], client: acme, grantType: client_credentials, unscoped: true }
  - id: history
    principals: ['${role}']
    client: acme
    grantType: fulfillment_user_assertion
    scopes: [connect:post_checkout]
    users: ['*']
  - id: linking
    principals: ['${role}']
    client: beta
    grantType: authorization_code
    scopes: [account_linking]
    redirectUris: [https://shop.example/callback]
keepWarm:
  - { client: acme, scopes: [connect:fulfillment] }
  - { client: acme, scopes: [connect:fulfillment], retailerId: the-garden }
`;
}

describe('npm run credentials -- check', () => {
  let connect: Connect;
  let application: Application;
  let outputs: Result[];
  beforeEach(async () => {
    application = { clientId: `id-${canary}`, clientSecret: `secret-${canary}` };
    connect = await startConnect({ applications: [application] });
    write('policy.yaml', policyAt(connect.url));
    write('pair.json', pairOf(application));
    outputs = [];
  });
  afterEach(async () => {
    // Whatever came of it, neither the pair nor a token is printed.
    for (const { stdout, stderr } of outputs) {
      for (const secret of [canary, ...connect.tokens.keys()]) expect(stdout + stderr).not.toContain(secret);
    }
    expect(outputs.length).toBeGreaterThan(0);
    await connect.close();
  });

  const pairOf = ({ clientId, clientSecret }: Application) =>
    JSON.stringify({ client_id: clientId, client_secret: clientSecret });
  async function check(file = 'pair.json', options: string[] = [], input?: string): Promise<Result> {
    const all = ['check', file, '--policy', 'policy.yaml', '--client', 'acme', ...options];
    const result = await credentials(all, input);
    outputs.push(result);
    return result;
  }
  const rowOf = ({ stdout }: Result, name: string) =>
    stdout.split('\n').find((line) => line.startsWith(`${name}  `));

  it('mints each token that the policy grants, and prints hash and lifetime and what to do next', async () => {
    const result = await check();
    expect([result.code, result.stderr]).toEqual([0, '']);
    const names = [
      'connect:fulfillment',
      'connect:ian',
      '(unscoped)',
      'connect:fulfillment, X-Retailer-Id the-garden',
    ];
    for (const name of names) expect(rowOf(result, name)).toMatch(/ works +[0-9a-f]{64} +86(?:400|399) s$/);
    expect(rowOf(result, 'connect:post_checkout')).toMatch(/not checked: needs a user$/);
    for (const hash of connect.hashes()) expect(result.stdout).toContain(hash);
    expect(result.stdout).toContain(
      'aws secretsmanager put-secret-value --secret-id connect/acme --secret-string file://',
    );
    expect(
      connect.requests.map(({ fields, headers }) => [fields['scope'], headers['x-retailer-id']]),
    ).toEqual([
      ['connect:fulfillment', undefined],
      ['connect:ian', undefined],
      [undefined, undefined],
      ['connect:fulfillment', 'the-garden'],
    ]);
    expect([...connect.tokens.values()].some(({ revoked }) => revoked)).toBe(false);
  });

  it('reads the pair from stdin too, and prints JSON with the names of the log', async () => {
    application.withheld = ['connect:ian'];
    const result = await check('-', ['--json'], pairOf(application));
    expect([result.code, result.stderr]).toEqual([1, '']);
    const { checked, ...others } = JSON.parse(result.stdout);
    expect(others).toEqual({
      client: 'acme',
      base_url: connect.url,
      not_checked: [
        { scopes: ['connect:post_checkout'], grant_type: 'fulfillment_user_assertion', needs: 'a user' },
      ],
    });
    expect(checked.slice(0, 2)).toEqual([
      {
        scopes: ['connect:fulfillment'],
        works: true,
        token_sha256: expect.stringMatching(sha256),
        // The emulator's clock may pass a second in between.
        lifetime_seconds: expect.closeTo(86_400, -1),
      },
      {
        scopes: ['connect:ian'],
        works: false,
        mint: 'not_entitled',
        upstream_status: 400,
        upstream_error: 'invalid_scope',
        attempts: 1,
      },
    ]);
  });

  it('names the scope that is not enabled, and says not to use the pair yet', async () => {
    application.withheld = ['connect:ian'];
    const result = await check();
    expect(result.code).toBe(1);
    expect(rowOf(result, 'connect:fulfillment')).toMatch(/ works /);
    expect(rowOf(result, 'connect:ian')).toMatch(
      /not_entitled, upstream_status 400, upstream_error invalid_scope, attempts 1$/,
    );
    expect(result.stdout).toContain(
      '1 of 4 tokens were not minted: do not put this pair into the secret yet.',
    );
    expect(result.stdout).not.toContain('put-secret-value');
  });

  it('says that Connect refuses a wrong pair', async () => {
    write('wrong.json', pairOf({ ...application, clientSecret: `other-${canary}` }));
    const result = await check('wrong.json');
    expect(result.code).toBe(1);
    expect(rowOf(result, 'connect:fulfillment')).toMatch(
      /credentials_refused, upstream_status 401, upstream_error invalid_client, attempts 1$/,
    );
    expect(connect.tokens.size).toBe(0);
  });

  it('says that Connect is down, or that nothing listens there', async () => {
    connect.always({ kind: 'answer', status: 503 });
    expect(rowOf(await check(), '(unscoped)')).toMatch(
      /upstream_unavailable, upstream_status 503, attempts 4$/,
    );
    connect.always();
    const gone = await startConnect({ applications: [] });
    await gone.close();
    write('policy.yaml', policyAt(gone.url));
    const result = await check();
    expect(result.code).toBe(1);
    expect(rowOf(result, 'connect:ian')).toMatch(
      /upstream_unavailable, system_error ECONNREFUSED, attempts 4$/,
    );
  }, 60_000);

  it.each([
    ['no JSON', `{client_id:${canary}}`, 'the secret is not a JSON object'],
    [
      'JSON in a string',
      JSON.stringify(`{"client_id":"${canary}"}`),
      'the secret is JSON inside a string: encoded twice',
    ],
    ['without a client_secret', `{"client_id":"${canary}"}`, 'client_secret is missing'],
    [
      'with a line end in it',
      JSON.stringify({ client_id: 'a', client_secret: `${canary}\n` }),
      'client_secret has white space at an end',
    ],
    ['empty', '', 'the secret is empty'],
  ])('names the fault of a file that is %s, never its content', async (_what, text, fault) => {
    write('malformed.json', text);
    const result = await check('malformed.json');
    expect([result.code, result.stdout]).toEqual([2, '']);
    expect(result.stderr).toMatch(new RegExp(`malformed\\.json: ${fault}\n$`));
    expect(connect.requests).toEqual([]);
  });

  it('warns of a file that others may read, and goes on', async () => {
    write('open.json', pairOf(application), 0o640);
    const result = await check('open.json');
    expect(result.code).toBe(0);
    expect(result.stderr).toMatch(/open\.json: other users of this machine may read this file: chmod 600 /);
  });

  it('takes no pair from the command line, and does not repeat it', async () => {
    const result = await check(pairOf(application));
    expect([result.code, result.stdout]).toEqual([2, '']);
    expect(result.stderr).toMatch(/^The pair itself is on the command line/);
    expect(connect.requests).toEqual([]);
  });

  it.each([
    [
      'no client where there are several',
      [],
      /^The policy has several clients: pass --client with acme or beta\n/,
    ],
    [
      'a client that is written wrongly',
      ['--client', 'acne'],
      /^--client: .* no client of this name: write acme\n/,
    ],
    [
      'a client whose tokens all need more',
      ['--client', 'beta'],
      /^The policy grants no token of beta by client_cred/,
    ],
    [
      'an unknown option',
      ['--clint', 'acme'],
      /^Unknown option '--clint'. Options: npm run credentials -- --help\n/,
    ],
    ['a second file', ['other.json'], /^Write: npm run credentials -- check FILE/],
    ['a policy that is not there', ['--policy', 'none.yaml', '--client', 'acme'], /there is no such file/],
  ])('refuses %s', async (_what, options, message) => {
    const result = await credentials(['check', 'pair.json', '--policy', 'policy.yaml', ...options]);
    outputs.push(result);
    expect([result.code, result.stdout]).toEqual([2, '']);
    expect(result.stderr).toMatch(message);
    expect(connect.requests).toEqual([]);
  });
});
