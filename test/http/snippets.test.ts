import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { blocks } from '../support/documents.ts';
import { curlSigns } from '../support/programs.ts';
import { callers, createWorld, type World } from '../support/world.ts';

/** The snippets for callers, as they stand in docs/calling.md. test/examples/ has the tests of the kits themselves. */
const [curl = '', shellKit = ''] = blocks('docs/calling.md', 'sh');
const [typescriptKit = '', oauth4webapi = '', openidClient = '', axios = ''] = blocks(
  'docs/calling.md',
  'ts',
);

type Snippet = { name: string; command: string; args: string[]; folder: string; isOAuthLibrary?: boolean };

const folderOf = (language: string) => join(import.meta.dirname, '../../examples', language);

const byShell = (shell: string, code = curl): Snippet => ({
  name: `${shell}: ${code.split(' ', 2).join(' ')}`,
  command: shell,
  args: ['-c', code],
  folder: folderOf('shell'),
});
const byNode = (name: string, code: string): Snippet => ({
  name,
  command: 'node',
  args: ['--input-type=module-typescript', '--eval', code],
  folder: folderOf('typescript'),
});
const printing = (code: string) => `${code}\nconsole.log(JSON.stringify({ scope: token.scope }));`;

/** Changes a snippet at a place where it must be another for the local stack. */
function changed(code: string, from: string, to: string): string {
  if (!code.includes(from)) throw new Error(`The snippet has no ${from}`);
  return code.replace(from, to);
}

// The local stack is not reached over TLS, which both libraries want.
const oauth4webapiOnHttp = changed(
  oauth4webapi,
  'signedFetch() }',
  'signedFetch(), [oauth.allowInsecureRequests]: true }',
);
const openidClientOnHttp = changed(
  openidClient,
  'signedFetch();',
  'signedFetch();\nclient.allowInsecureRequests(config);',
);

if (!curlSigns()) console.warn('The snippets for curl are not tried here');
const snippets: Snippet[] = [
  ...(curlSigns() ? [byShell('sh'), byShell('bash')] : []),
  { ...byNode('oauth4webapi', printing(oauth4webapiOnHttp)), isOAuthLibrary: true },
  { ...byNode('openid-client', printing(openidClientOnHttp)), isOAuthLibrary: true },
  byNode('axios', printing(axios)),
];

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

  function run(
    { command, args, folder: cwd }: Snippet,
    changes: Record<string, string> = keysOf(callers.session),
  ) {
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: '/nonexistent',
      AWS_EC2_METADATA_DISABLED: 'true',
      TOKEN_URL: world.url,
      AWS_REGION: 'us-east-1',
      ...changes,
    };
    return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      execFile(command, args, { env, cwd }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  }

  const gotToken = /"scope":"connect:fulfillment"/;

  it.each(snippets)('gets a token with one request: $name', async (snippet) => {
    const { code, stdout, stderr } = await run(snippet);
    expect([code, invocations], stderr).toEqual([0, 1]);
    expect(stdout).toMatch(gotToken);
  });

  it.each(snippets)('works for an IAM user, who has no session token: $name', async (snippet) => {
    expect((await run(snippet, keysOf(callers.ci))).stdout).toMatch(gotToken);
    // A variable that is set and empty is what a shell leaves that had a session before.
    const leftOver = { ...keysOf(callers.ci), AWS_SESSION_TOKEN: '' };
    expect((await run(snippet, leftOver)).stdout).toMatch(gotToken);
    expect(invocations).toBe(2);
  });

  const failing = snippets.flatMap((snippet) =>
    [429, 502, 503, 504].map((status) => ({ ...snippet, snippet, status })),
  );
  it.each(failing)('fails with the error after one request: $name, $status', async ({ snippet, status }) => {
    answer(status);
    const { code, stdout, stderr } = await run(snippet);
    expect(code).not.toBe(0);
    // OAuth libraries read no error from a 5xx.
    const isRead = status < 500 || snippet.isOAuthLibrary !== true;
    expect(stdout + stderr).toMatch(isRead ? 'an_error' : /unexpected HTTP (response )?status code/);
    expect(invocations).toBe(1);
  });

  it.each(snippets)('is never signed for a region that nobody named: $name', async (snippet) => {
    const { code, stderr } = await run(snippet, { ...keysOf(callers.session), AWS_REGION: '' });
    expect(code).not.toBe(0);
    expect(stderr).toContain('AWS_REGION');
    expect(invocations).toBe(0);
  });

  const kits = [
    byNode('the kit for TypeScript', `${typescriptKit}console.log(response.status, await response.json());`),
    ...(curlSigns() ? [byShell('sh', shellKit)] : []),
  ];
  it.each(kits)('calls Connect with a token: $name', async ({ args, ...snippet }) => {
    const local = `${world.connect.url}/v2/fulfillment/whoami`;
    const code = changed(args.at(-1) ?? '', 'https://connect.instacart.com/v2/…', local);
    const { stdout, stderr } = await run({ ...snippet, args: [...args.slice(0, -1), code] });
    expect(stdout, stderr).toContain('connect:fulfillment');
    expect(invocations).toBe(1);
  });

  it('is not signed for another origin', async () => {
    const elsewhere = `await signedFetch()('${world.connect.url}/', { method: 'POST' });`;
    const code = `import { signedFetch } from './connect-token.ts';\n${elsewhere}`;
    const { stderr } = await run(byNode('signedFetch', code));
    expect(stderr).toContain(`Only requests to ${new URL(world.url).origin} are signed`);
    expect(invocations).toBe(0);
  });

  it('has an example beside the kit for TypeScript', async () => {
    const example = { ...byNode('example', ''), args: ['example.ts'] };
    expect((await run(example)).stdout).toMatch(/^There is a token, of \d+ characters\n$/);
  });
});
