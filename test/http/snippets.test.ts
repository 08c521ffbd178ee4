import { execFile, execFileSync } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { blocks } from '../support/documents.ts';
import { callers, createWorld, type World } from '../support/world.ts';

/** The snippets for callers, as they stand in docs/calling.md. */
const [curl = ''] = blocks('docs/calling.md', 'sh');
const [typescript = '', adapter = ''] = blocks('docs/calling.md', 'ts');
const [python = ''] = blocks('docs/calling.md', 'python');

/** What the TypeScript snippet defines, before it asks for a token. */
const [signedFetch = ''] = typescript.split('const response = ');

const oauth4webapi = `
import * as oauth from 'oauth4webapi';
${signedFetch}
${adapter}
const server = { issuer: url, token_endpoint: url };
const options = { [oauth.customFetch]: customFetch, [oauth.allowInsecureRequests]: true };
const client = { client_id: 'acme' };
const answered = await oauth.clientCredentialsGrantRequest(
  server, client, oauth.None(), { scope: 'connect:fulfillment' }, options,
);
const token = await oauth.processClientCredentialsResponse(server, client, answered);
console.log(\`a token for \${token.scope}, good for \${token.expires_in} s\`);
`;

const openidClient = `
import * as client from 'openid-client';
${signedFetch}
${adapter}
const config = new client.Configuration({ issuer: url, token_endpoint: url }, 'acme', undefined, client.None());
config[client.customFetch] = customFetch;
client.allowInsecureRequests(config);
const token = await client.clientCredentialsGrant(config, { scope: 'connect:fulfillment' });
console.log(\`a token for \${token.scope}, good for \${token.expires_in} s\`);
`;

type Snippet = { name: string; command: string; args: string[]; works: boolean; isLibrary?: boolean };

const byNode = (name: string, code: string): Snippet => ({
  name,
  command: 'node',
  args: ['--input-type=module-typescript', '--eval', code],
  works: true,
});
const byShell = (shell: string): Snippet => ({
  name: `curl in ${shell}`,
  command: shell,
  args: ['-c', curl],
  works: curlSigns(),
});

const snippets: Snippet[] = [
  byNode('TypeScript', typescript),
  { ...byNode('oauth4webapi', oauth4webapi), isLibrary: true },
  { ...byNode('openid-client', openidClient), isLibrary: true },
  byShell('sh'),
  byShell('bash'),
  { name: 'Python', command: 'python3', args: ['-c', python], works: hasBotocore() },
];
for (const { name, works } of snippets) if (!works) console.warn(`The snippet for ${name} is not tried here`);
const usable = snippets.filter(({ works }) => works);

/** From 7.86 curl signs as AWS does: its headers in canonical form, and the port with the host. */
function curlSigns(): boolean {
  const version = /^curl (\d+)\.(\d+)/.exec(outputOf('curl', '--version') ?? '');
  const [major, minor] = [Number(version?.[1]), Number(version?.[2])];
  return major > 7 || (major === 7 && minor >= 86);
}

function hasBotocore(): boolean {
  return outputOf('python3', '-c', 'import botocore') !== undefined;
}

function outputOf(command: string, ...args: string[]): string | undefined {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}

describe('a snippet for callers', () => {
  let world: World;
  let invocations = 0;
  beforeAll(async () => {
    world = await createWorld('bundle');
  });
  beforeEach(() => {
    answer(undefined);
  });
  afterAll(() => world.close());

  /** What the function answers from now on: its own answer, or an error with this status. */
  function answer(status: number | undefined): void {
    invocations = 0;
    const body = JSON.stringify({ error: 'an_error', error_description: 'Text.', request_id: 'id' });
    const headers = { 'content-type': 'application/json', 'retry-after': '1' };
    world.state.invoke = async (event) => {
      invocations += 1;
      return status === undefined ? world.invoke(event) : { statusCode: status, headers, body };
    };
  }

  const keysOf = ({ accessKeyId, secretAccessKey, sessionToken }: typeof callers.session) => ({
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken !== undefined && { AWS_SESSION_TOKEN: sessionToken }),
  });

  function run({ command, args }: Snippet, changes: Record<string, string> = keysOf(callers.session)) {
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: '/nonexistent',
      AWS_EC2_METADATA_DISABLED: 'true',
      TOKEN_URL: world.url,
      AWS_REGION: 'us-east-1',
      ...changes,
    };
    return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      execFile(command, args, { env }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  }

  const gotToken = /^a token for connect:fulfillment, good for \d+ s\n$|"scope":"connect:fulfillment"/;

  it.each(usable)('gets a token with one request: $name', async (snippet) => {
    const { code, stdout, stderr } = await run(snippet);
    expect([code, invocations], stderr).toEqual([0, 1]);
    expect(stdout).toMatch(gotToken);
  });

  it.each(usable)('works for an IAM user, who has no session token: $name', async (snippet) => {
    expect((await run(snippet, keysOf(callers.ci))).stdout).toMatch(gotToken);
    // A variable that is set and empty is what a shell leaves that had a session before.
    const leftOver = { ...keysOf(callers.ci), AWS_SESSION_TOKEN: '' };
    expect((await run(snippet, leftOver)).stdout).toMatch(gotToken);
    expect(invocations).toBe(2);
  });

  const failing = usable.flatMap((snippet) =>
    [429, 502, 503, 504].map((status) => ({ ...snippet, snippet, status })),
  );
  it.each(failing)('fails with the error after one request: $name, $status', async ({ snippet, status }) => {
    answer(status);
    const { code, stdout, stderr } = await run(snippet);
    expect(code).not.toBe(0);
    // OAuth libraries read no error from a 5xx.
    const isRead = status < 500 || snippet.isLibrary !== true;
    expect(stdout + stderr).toMatch(isRead ? 'an_error' : /unexpected HTTP (response )?status code/);
    expect(invocations).toBe(1);
  });

  it.each(usable)('is never signed for a region that nobody named: $name', async (snippet) => {
    const { code, stderr } = await run(snippet, { ...keysOf(callers.session), AWS_REGION: '' });
    expect(code).not.toBe(0);
    expect(stderr).toContain('AWS_REGION');
    expect(invocations).toBe(0);
  });

  const readingUrls = usable.filter(({ command }) => command === 'node' || command === 'python3');
  it.each(readingUrls)('reads the region from the URL: $name', async (snippet) => {
    const TOKEN_URL = 'http://x.execute-api.eu-west-1.invalid/v2/oauth/token';
    const { code, stderr } = await run(snippet, { ...keysOf(callers.session), TOKEN_URL, AWS_REGION: '' });
    expect(code).not.toBe(0);
    // It has come as far as the name that leads nowhere.
    expect(stderr).toContain('x.execute-api.eu-west-1.invalid');
  });
});
