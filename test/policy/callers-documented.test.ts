import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { compilePolicy } from '../../infra/policy/compile.ts';
import { tokenPath } from '../../lambda/protocol/contract.ts';
import { blocks, tableRows } from '../support/documents.ts';
import { isDocumentedRequest } from '../support/openapi.ts';
import { withGrant } from '../support/policies.ts';

/** "Who calls from where": what callers copy into a policy, a state machine, a workflow or a pod. */
const rows = tableRows('docs/calling.md', ['you run in', 'the role that signs']);
const snippets = blocks('docs/calling.md', 'yaml').map((text) => ({ text, value: parse(text) }));
const arnsIn = (text: string) => text.match(/arn:aws:iam::[^\s`]+/g) ?? [];

/** Under each of its top keys, what the one snippet with this key has. */
function snippetWith(key: string) {
  const found = snippets.filter(({ value }) => key in value);
  expect(found).toHaveLength(1);
  return found[0]?.value[key];
}

describe('the callers of docs/calling.md', () => {
  it('are twelve at least, with an ARN each but for the machine without AWS', () => {
    const without = rows.filter(([, , arn = '']) => arnsIn(arn).length !== 1).map(([where]) => where);
    expect(without).toEqual(['your own machine, without AWS']);
    expect(rows.length).toBeGreaterThan(12);
    expect(rows.length).toBeLessThanOrEqual(20);
  });

  it.each(rows.flatMap((row) => row.flatMap(arnsIn)))('have a principal that a policy takes: %s', (arn) => {
    const { policy } = compilePolicy(withGrant({ principals: [arn] }), 'policy.yaml');
    expect(policy.grants.flatMap(({ principals }) => principals)).toHaveLength(1);
  });

  it('have roles in their snippets that the table grants', () => {
    const granted = rows.flatMap(([, , arn = '']) => arnsIn(arn));
    const assumed = snippets.flatMap(({ text }) => arnsIn(text));
    expect(assumed.length).toBeGreaterThan(0);
    for (const arn of assumed) expect(granted).toContain(arn);
  });

  it('ask by a state machine for what the contract has', () => {
    const { Resource, Parameters } = snippetWith('TryTheService');
    const { Method, Path, AuthType, Headers, RequestBody } = Parameters;
    expect([Resource, AuthType]).toEqual(['arn:aws:states:::apigateway:invoke', 'IAM_ROLE']);
    expect([Method, `/${Path}`]).toEqual(['POST', tokenPath]);
    const headers = { 'content-type': Headers['Content-Type'][0] };
    expect(isDocumentedRequest({ path: tokenPath, headers, body: JSON.stringify(RequestBody) })).toBe(true);
  });

  it('sign by a proxy for the service and region of the host, and on the loopback address only', () => {
    const [{ args }] = snippetWith('containers');
    const { name, region, host, port } = Object.fromEntries(
      args.map((arg: string) => arg.replace(/^--/, '').split('=')),
    );
    expect(name).toBe('execute-api');
    expect(host).toContain(`.${name}.${region}.`);
    expect(port).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  it('may ask GitHub for the token of the workflow', () => {
    expect(snippetWith('permissions')).toMatchObject({ 'id-token': 'write' });
  });
});
