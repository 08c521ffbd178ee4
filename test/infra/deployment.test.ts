import { Template } from 'aws-cdk-lib/assertions';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as folders from '../support/folders.ts';
import { withGrant } from '../support/policies.ts';

const data = '../../infra/api/gateway-responses.ts';
const principals = ['arn:aws:iam::111122223333:role/checkout'];

/** The id under which CloudFormation knows the deployment: another id is another deployment. */
async function deployment(policy: string): Promise<string> {
  vi.resetModules();
  // Loaded anew within a test, it would be too late for its hook to clean up.
  vi.doMock('../support/folders.ts', () => folders);
  const { createStack } = await import('./synthesise.ts');
  const { stack } = createStack(policy);
  const [id, ...more] = Object.keys(Template.fromStack(stack).findResources('AWS::ApiGateway::Deployment'));
  if (id === undefined || more.length > 0) throw new Error('not one deployment');
  return id;
}

afterEach(() => vi.doUnmock(data));

describe('the deployment', async () => {
  const before = await deployment(withGrant({ principals }));

  it('stays as it is where nothing of the API has changed', async () => {
    expect(await deployment(withGrant({ principals, id: 'other' }))).toBe(before);
  });

  it('is replaced when the resource policy changes', async () => {
    const more = [...principals, 'arn:aws:iam::111122223333:role/other'];
    expect(await deployment(withGrant({ principals: more }))).not.toBe(before);
  });

  it.each([{ status: 418 }, { description: 'Not today.' }, { retryAfterMs: 7_000 }])(
    'is replaced when one gateway response changes: %j',
    async (change) => {
      vi.doMock(
        data,
        async (original: () => Promise<typeof import('../../infra/api/gateway-responses.ts')>) => {
          const real = await original();
          const [first, ...rest] = real.gatewayResponses;
          return { ...real, gatewayResponses: [{ ...first, ...change }, ...rest] };
        },
      );
      expect(await deployment(withGrant({ principals }))).not.toBe(before);
    },
  );
});
