import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compilePolicy } from '../../infra/policy/compile.ts';
import { pointAtLocalConnect } from '../local/cli/local-connect.ts';
import { signedFetch } from '../local/emulators/signed-client.ts';
import { startStack } from '../local/instance/system.ts';
import { callers, createWorld, type World } from '../support/world.ts';

const run = promisify(execFile);

/** The code blocks of a document in a language, as a reader would copy them. */
function blocks(document: string, language: string): string[] {
  const text = readFileSync(new URL(`../../${document}`, import.meta.url), 'utf8');
  const found = text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'));
  return [...found].map(([, code = '']) => code);
}

/** The one snippet for callers in a language. */
function snippet(language: string): string {
  const [code, ...more] = blocks('docs/calling.md', language);
  if (code === undefined || more.length > 0)
    throw new Error(`docs/calling.md must have one ${language} block`);
  return code;
}

function works(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** From 7.86 curl signs as AWS does: its headers in canonical form, and the port with the host. */
function curlSigns(): boolean {
  if (!works('curl', '--version')) return false;
  const version = /^curl (\d+)\.(\d+)/.exec(execFileSync('curl', ['--version'], { encoding: 'utf8' }));
  const [major, minor] = [Number(version?.[1]), Number(version?.[2])];
  return major > 7 || (major === 7 && minor >= 86);
}

describe('clients', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld('bundle');
  });
  afterAll(() => world.close());

  const { accessKeyId, secretAccessKey, sessionToken = '' } = callers.session;
  const environment = () => ({
    PATH: process.env['PATH'] ?? '',
    HOME: '/nonexistent',
    TOKEN_URL: world.url,
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_EC2_METADATA_DISABLED: 'true',
  });
  /** The policy of these tests has several clients, which the README's has not. */
  const forSeveralClients = (code: string) =>
    code
      .replaceAll('"grant_type":', '"client_id":"acme","grant_type":')
      .replaceAll("grant_type: '", "client_id: 'acme', grant_type: '");

  /** As an OAuth library asks, but for the signature. */
  async function askByLibrary(scope: string): Promise<oauth.TokenEndpointResponse> {
    const server: oauth.AuthorizationServer = { issuer: world.url, token_endpoint: world.url };
    const client: oauth.Client = { client_id: 'acme' };
    const options = {
      [oauth.allowInsecureRequests]: true,
      [oauth.customFetch]: (
        url: string,
        { method, headers, body }: { method: string; headers: Record<string, string>; body: unknown },
      ) => signedFetch(url, { method, headers, body: String(body) }, callers.checkout),
    };
    const response = await oauth.clientCredentialsGrantRequest(
      server,
      client,
      oauth.None(),
      { scope },
      options,
    );
    return oauth.processClientCredentialsResponse(server, client, response);
  }

  it('oauth4webapi gets a token, with a fetch that signs', async () => {
    const token = await askByLibrary('connect:fulfillment');
    expect(world.connect.tokens.has(token.access_token)).toBe(true);
    expect(token).toMatchObject({ token_type: 'bearer', scope: 'connect:fulfillment' });
  });

  it('oauth4webapi understands a refusal', async () => {
    await expect(askByLibrary('connect:ian')).rejects.toMatchObject({
      error: 'unauthorized_client',
      status: 403,
    });
  });

  it.skipIf(!curlSigns())('the curl snippet gets a token', async () => {
    const { stdout } = await run('bash', ['-c', forSeveralClients(snippet('sh'))], { env: environment() });
    expect(world.connect.tokens.has(JSON.parse(stdout).access_token)).toBe(true);
  });

  it('the TypeScript snippet gets a token', async () => {
    const code = forSeveralClients(snippet('ts'));
    const { stdout } = await run('node', ['--input-type=module-typescript', '--eval', code], {
      env: environment(),
    });
    expect(stdout).toMatch(/^a token for connect:fulfillment, good for \d+ s\n$/);
  });

  it.skipIf(!works('python3', '-c', 'import botocore'))('the Python snippet gets a token', async () => {
    const code = forSeveralClients(snippet('python').replace('{"grant_type": ', '{"grant_type":'));
    const { stdout } = await run('python3', ['-c', code], { env: environment() });
    expect(stdout).toMatch(/^a token for connect:fulfillment, good for \d+ s\n$/);
  });
});

describe('the README', () => {
  it('shows a policy, a request that it permits, and the fields of the answer', async () => {
    const [policy = ''] = blocks('README.md', 'yaml');
    const [request = '', answer = ''] = blocks('README.md', 'json');
    const secrets = { 'connect/acme': { client_id: 'readme-id', client_secret: 'readme-secret' } };
    const { compiled, connect } = await pointAtLocalConnect(compilePolicy(policy, 'README.md'), secrets);
    const [principalArn = ''] = compiled.principals;
    const caller = { accessKeyId: 'readme', secretAccessKey: 'readme', principalArn };
    const stack = await startStack({
      policy: compiled,
      callers: [caller],
      secrets: { 'connect/acme': JSON.stringify(secrets['connect/acme']) },
    });
    const headers = { 'content-type': 'application/json' };
    const response = await signedFetch(stack.url, { method: 'POST', headers, body: request }, caller);
    const fields = (await response.json()) as object;
    await Promise.all([stack.close(), connect?.close()]);
    expect(response.status).toBe(200);
    expect(Object.keys(fields)).toEqual(Object.keys(JSON.parse(answer)));
  });
});

describe('the bundle', () => {
  it('loads the mint path, Secrets Manager with it, when the first mint comes and not before', async () => {
    const world = await createWorld('bundle');
    await world.ask('checkout', { scope: 'connect:ian' });
    const isMintPath = (file: string) => file.startsWith('mint-path-');
    expect((await world.loaded()).some(isMintPath)).toBe(false);
    await world.ask('checkout', {});
    expect((await world.loaded()).some(isMintPath)).toBe(true);
    await world.close();
  });
});
