import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { caller, eventOf, startEchoGateway, withSession } from './echo-gateway.ts';
import type { Gateway } from './gateway-emulator.ts';
import { signedFetch, signedHeaders } from './signed-client.ts';

const run = promisify(execFile);
const body = '{"grant_type":"client_credentials"}';
const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body };

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startEchoGateway();
});
afterAll(() => gateway.close());

/** What both AWS's signers and AWS itself agree on how to sign. */
const targets = [
  '/',
  '/v2/oauth/token',
  '/a/trailing/slash/',
  '/un-reserved_.~',
  '/a%20space',
  '/a%2Fslash',
  "/(brackets)*and!'",
  '/caf%C3%A9',
  '/plus+and=and@and:and,',
  '/v2/oauth/token?b=2&a=1&a=0',
  '/v2/oauth/token?empty=&space=a%20b&slash=a%2Fb&tilde=~&star=%2A',
  '/v2/oauth/token?Upper=1&lower=2&%C3%A9=3',
];

describe('a good signature is let in', () => {
  it.each(targets)("of the AWS SDK's signer, for %s", async (target) => {
    const response = await signedFetch(gateway.url + target, post, caller);
    expect(response.status).toBe(200);
    expect((await eventOf(response)).body).toBe(body);
  });

  it.skipIf(!hasBotocore()).each(targets)('of botocore, for %s', async (target) => {
    const args = [join(import.meta.dirname, 'sign.py'), gateway.url + target];
    const { stdout } = await run('python3', [...args, caller.accessKeyId, caller.secretAccessKey, body]);
    expect(stdout.slice(0, 4)).toBe('200 ');
  });

  // Before 8.12, curl signs paths without the second encoding and queries as they are: AWS refuses those too.
  it.each(['/', '/v2/oauth/token', '/v2/oauth/token?a=1&b=2'])('of curl, for %s', async (target) => {
    expect(await curl(gateway.url + target, caller)).toBe('200');
  });

  it('with a session token', async () => {
    expect((await signedFetch(gateway.url, post, withSession)).status).toBe(200);
    const header = `x-amz-security-token: ${withSession.sessionToken}`;
    expect(await curl(`${gateway.url}/v2/oauth/token`, withSession, '--header', header)).toBe('200');
  });

  it('with a header of many blanks', async () => {
    const headers = { ...post.headers, 'x-blanks': '  a   b  ' };
    expect((await signedFetch(gateway.url, { ...post, headers }, caller)).status).toBe(200);
  });

  it.each([-290, 290])('with a clock %i seconds off', async (seconds) => {
    expect(await statusAt(seconds)).toBe(200);
  });
});

type Headers = Record<string, string>;
const unsigned = 'Sign the request';
const invalid =
  'The signature is not valid: check the key, the session token, the region, the service execute-api,';

const bad: Array<[what: string, says: string, change: (signed: Headers) => Headers]> = [
  ['nothing', unsigned, ({ authorization: _, ...rest }) => rest],
  ['a bearer token', unsigned, (signed) => ({ ...signed, authorization: 'Bearer x' })],
  ['another signature', invalid, edit((text) => text.replace(/.$/, (last) => (last === '0' ? '1' : '0')))],
  ['an unknown key', invalid, edit((text) => text.replace('example-checkout-api', 'example-nobody'))],
  ['another service', invalid, edit((text) => text.replace('/execute-api/', '/secretsmanager/'))],
  ['another region', invalid, edit((text) => text.replace('/us-east-1/', '/eu-west-1/'))],
  ['another day', invalid, edit((text) => text.replace(/\/\d{8}\//, '/20200101/'))],
  ['host left out', invalid, edit((text) => text.replace('host;', ''))],
  ['a header left out', invalid, edit((text) => text.replace('content-type;', ''))],
  ['a signed header changed', invalid, (signed) => ({ ...signed, 'content-type': 'text/plain' })],
  ['another date', invalid, (signed) => ({ ...signed, 'x-amz-date': '20200101T000000Z' })],
  ['a date that is none', invalid, (signed) => ({ ...signed, 'x-amz-date': 'yesterday' })],
  ['a session token that the key has not', invalid, (signed) => ({ ...signed, 'x-amz-security-token': 'x' })],
  ['another body hash', invalid, (signed) => ({ ...signed, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' })],
];

describe('a bad signature is refused', () => {
  it.each(bad)('%s', async (_what, says, change) => {
    const headers = change(await signedHeaders(gateway.url, post, caller));
    await expectRefusal(await fetch(gateway.url, { ...post, headers }), says);
  });

  it('over another body, with or without its hash in a header', async () => {
    const { 'x-amz-content-sha256': _, ...headers } = await signedHeaders(gateway.url, post, caller);
    await expectRefusal(await fetch(gateway.url, { method: 'POST', headers, body: '{}' }), invalid);
    const hashed = await signedHeaders(gateway.url, post, caller);
    await expectRefusal(await fetch(gateway.url, { method: 'POST', headers: hashed, body: '{}' }), invalid);
  });

  it('over another path, query or method', async () => {
    const headers = await signedHeaders(`${gateway.url}/a?b=1`, post, caller);
    for (const target of ['/b?b=1', '/a?b=2', '/a', '/a?b=%zz']) {
      await expectRefusal(await fetch(gateway.url + target, { ...post, headers }), invalid);
    }
    await expectRefusal(await fetch(`${gateway.url}/a?b=1`, { ...post, method: 'PUT', headers }), invalid);
  });

  it('with the wrong secret', async () => {
    const stolen = { ...caller, secretAccessKey: 'not-a-secret-either' };
    await expectRefusal(await signedFetch(gateway.url, post, stolen), invalid);
  });

  it('without the session token, or with another', async () => {
    for (const sessionToken of [undefined, 'another']) {
      await expectRefusal(await signedFetch(gateway.url, post, { ...withSession, sessionToken }), invalid);
    }
  });

  it('over a header that is not sent, as curl signs an empty one', async () => {
    const headers = await signedHeaders(gateway.url, { ...post, headers: { 'x-empty': '' } }, caller);
    const { 'x-empty': _, ...sent } = headers;
    await expectRefusal(await fetch(gateway.url, { ...post, headers: sent }), invalid);
  });

  it('made for another region or service', async () => {
    for (const scope of ['eu-west-1:execute-api', 'us-east-1:secretsmanager']) {
      expect(await curl(gateway.url, caller, '--aws-sigv4', `aws:amz:${scope}`)).toBe('403');
    }
  });

  it.each([-310, 310])('with a clock %i seconds off', async (seconds) => {
    expect(await statusAt(seconds)).toBe(403);
  });
});

async function statusAt(seconds: number): Promise<number> {
  const headers = await signedHeaders(gateway.url, post, caller, {
    signingDate: new Date(Date.now() + seconds * 1000),
  });
  return (await fetch(gateway.url, { ...post, headers })).status;
}

async function expectRefusal(response: Response, says: string): Promise<void> {
  const answer = (await response.json()) as Record<string, unknown>;
  expect([response.status, answer['error']]).toEqual([403, 'invalid_client']);
  expect(answer['error_description']).toContain(says);
}

function edit(change: (authorization: string) => string): (signed: Headers) => Headers {
  return (signed) => ({ ...signed, authorization: change(signed['authorization'] ?? '') });
}

async function curl(url: string, key: typeof caller, ...more: string[]): Promise<string> {
  const args = ['--silent', '--output', '-', '--write-out', '%{http_code}', '--path-as-is', ...more];
  const sign = ['--aws-sigv4', 'aws:amz:us-east-1:execute-api', '--user'];
  const pair = `${key.accessKeyId}:${key.secretAccessKey}`;
  const { stdout } = await run('curl', [...sign, pair, '--data', body, ...args, url]);
  return stdout.slice(-3);
}

function hasBotocore(): boolean {
  try {
    execFileSync('python3', ['-c', 'import botocore.auth'], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn('botocore is not here: its signatures are not tried');
    return false;
  }
}
