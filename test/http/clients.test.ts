import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedFetch } from '../local/emulators/signed-client.ts';
import { callers, createWorld, type World } from '../support/world.ts';

const run = promisify(execFile);
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** The README's one code block in a language, as a reader would copy it. */
function snippet(language: string): string {
  const [block, ...more] = readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'));
  if (block?.[1] === undefined || more.length > 0)
    throw new Error(`The README must have one ${language} block`);
  return block[1];
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

  it.skipIf(!curlSigns())('the README’s curl line gets a token', async () => {
    const { stdout } = await run('bash', ['-c', forSeveralClients(snippet('sh'))], { env: environment() });
    expect(world.connect.tokens.has(JSON.parse(stdout).access_token)).toBe(true);
  });

  it('the README’s TypeScript gets a token', async () => {
    const code = forSeveralClients(snippet('ts'));
    const { stdout } = await run('node', ['--input-type=module-typescript', '--eval', code], {
      env: environment(),
    });
    expect(stdout).toMatch(/^a token for connect:fulfillment, good for \d+ s\n$/);
  });

  it.skipIf(!works('python3', '-c', 'import botocore'))('the README’s Python gets a token', async () => {
    const code = forSeveralClients(snippet('python').replace('{"grant_type": ', '{"grant_type":'));
    const { stdout } = await run('python3', ['-c', code], { env: environment() });
    expect(stdout).toMatch(/^a token for connect:fulfillment, good for \d+ s\n$/);
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
