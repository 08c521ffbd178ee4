import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../infra/policy/compile.ts';
import { pointAtLocalConnect } from '../local/cli/local-connect.ts';
import { signedFetch } from '../local/emulators/signed-client.ts';
import { startStack } from '../local/instance/system.ts';
import { blocks } from '../support/documents.ts';

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
