import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { blocks } from '../support/documents.ts';
import { temporaryFolder } from '../support/folders.ts';
import { callers } from '../support/world.ts';
import { type SessionKey, startContainerCredentials } from './container-credentials.ts';
import { buildGo, missingForGo } from './go-programs.ts';
import { pythons } from './pythons.ts';
import { startTokenService } from './token-service.ts';

/** What docs/calling.md shows for the OAuth libraries of Python and Go, which work with the kits' signers. */

const [python = ''] = blocks('docs/calling.md', 'python').filter((code) =>
  code.includes('requests_oauthlib'),
);
const [go = '', source = ''] = blocks('docs/calling.md', 'go');

/** The program for Go; with an argument it calls that URL with a token from the kit, as the second block makes one. */
const program = `${go.replace('func main()', 'func byClientCredentials()')}
${source}
func main() {
	if len(os.Args) == 1 {
		byClientCredentials()
		return
	}
	client, err := connecttoken.New(context.Background(), connecttoken.Options{Scope: "connect:fulfillment"})
	if err != nil {
		log.Fatal(err)
	}
	connect := &http.Client{Transport: &oauth2.Transport{Source: source{client}}}
	for range []int{1, 2} {
		response, err := connect.Get(os.Args[1])
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(response.Status)
	}
	signer, err := connecttoken.NewSigner(context.Background(), os.Getenv("TOKEN_URL"), "")
	if err != nil {
		log.Fatal(err)
	}
	_, err = (&http.Client{Transport: signer}).Post(os.Args[1], "text/plain", http.NoBody)
	fmt.Println(err)
}
`;

type Library = { name: string; missing: string | undefined; prepare: () => Promise<string>; args: string[] };

const goLibrary: Library = {
  name: 'golang.org/x/oauth2',
  missing:
    missingForGo('github.com/aws/aws-sdk-go-v2', 'golang-github-aws-aws-sdk-go-v2-dev') ??
    missingForGo('golang.org/x/oauth2', 'golang-golang-x-oauth2-dev'),
  prepare: async () => {
    const main = join(temporaryFolder('main-'), 'main.go');
    writeFileSync(main, program);
    return buildGo(main);
  },
  args: [],
};
const libraries: Library[] = [
  ...pythons('requests_oauthlib').map(({ command, ...more }) => ({
    ...more,
    prepare: async () => command,
    args: ['-B', '-c', python],
  })),
  goLibrary,
];
const here = libraries.filter(({ name, missing }) => {
  if (missing !== undefined) console.warn(`${name} is not tried here: ${missing}`);
  return missing === undefined;
});

let service: Awaited<ReturnType<typeof startTokenService>>;
let credentials: Awaited<ReturnType<typeof startContainerCredentials>>;
beforeAll(async () => {
  [service, credentials] = await Promise.all([startTokenService(), startContainerCredentials()]);
  credentials.give(callers.session as SessionKey);
});
beforeEach(() => service.reset());
afterAll(async () => {
  await Promise.all([service.close(), credentials.close()]);
});

describe.each(here)('an OAuth library: $name', ({ name, args, prepare }) => {
  let command = '';
  beforeAll(async () => {
    command = await prepare();
  });

  function run(...more: string[]) {
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: '/nonexistent',
      TOKEN_URL: service.url,
      AWS_REGION: 'us-east-1',
      PYTHONPATH: join(import.meta.dirname, '../../examples/python'),
      // For the emulator, which has no TLS.
      OAUTHLIB_INSECURE_TRANSPORT: '1',
      ...credentials.environment,
    };
    return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
      execFile(command, [...args, ...more], { env }, (error, stdout, stderr) => {
        resolve({ code: error?.code ?? 0, stdout, stderr });
      });
    });
  }

  it('gets a token with one signed request, which has no secret', async () => {
    const { stdout, stderr } = await run();
    expect(stdout, stderr).toMatch(/^a token for connect:fulfillment, good for \d+ s\n$/);
    const [{ fields, headers } = { fields: {}, headers: {} }, ...others] = service.seen();
    expect(fields).toEqual({
      client_id: 'acme',
      grant_type: 'client_credentials',
      scope: 'connect:fulfillment',
    });
    expect(headers['authorization']).toMatch(/^AWS4-HMAC-SHA256 Credential=/);
    expect(others).toEqual([]);
  });

  it.each([403, 503])('tells the error after one request: %i', async (status) => {
    service.answerAlways({ status, retryAfter: '1' });
    const { code, stderr } = await run();
    expect(code).not.toBe(0);
    expect(stderr).toContain('an_error');
    expect(stderr).toContain('What to change.');
    expect(service.seen()).toHaveLength(1);
  });

  it.runIf(name === goLibrary.name)(
    'takes tokens from the kit, which keeps them and signs nothing for Connect',
    async () => {
      const { stdout, stderr } = await run(`${service.world.connect.url}/v2/fulfillment/whoami`);
      const lines = stdout.trimEnd().split('\n');
      expect(lines, stderr).toEqual(['200 OK', '200 OK', expect.stringContaining('only requests to')]);
      expect(service.seen()).toHaveLength(1);
    },
  );
});
