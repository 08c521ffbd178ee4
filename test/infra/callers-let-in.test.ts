import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { networkPolicy, resourcePolicy } from '../../infra/api/resource-policy.ts';
import { mayInvoke } from '../local/emulators/authorisation.ts';
import type { PolicyDocument } from './deployed.ts';
import { evaluate, type Identity } from './evaluator.ts';
import { forbidden, no, questions, type Row, yes } from './questions.ts';
import { type Ask, allowing, deployed, identity, principals } from './sample-deployment.ts';

const api = 'arn:aws:execute-api:us-east-1:111122223333:a1b2c3d4e5';
const callerPolicy: PolicyDocument = JSON.parse(deployed.output('CallerPolicy'));
const everyApi = allowing({ Action: 'execute-api:Invoke' });
const partner: Identity = { arn: 'arn:aws:iam::444455556666:role/partner', policies: [callerPolicy] };
const user = (name: string): Identity => ({ arn: `arn:aws:iam::111122223333:user/${name}` });

/** API Gateway keeps `execute-api:/*` as this API's ARN. Source: "Control access to a REST API with API Gateway resource policies". */
function asDeployed(document: object): PolicyDocument {
  return JSON.parse(JSON.stringify(document).replaceAll('"execute-api:/', `"${api}/`));
}

const request = (path = 'v2/oauth/token', method = 'POST', document?: object): Ask => ({
  action: 'execute-api:Invoke',
  resource: `${api}/production/${method}/${path}`,
  resourcePolicy: asDeployed(document ?? deployed.properties('AWS::ApiGateway::RestApi', 'HttpApi').Policy),
});
const token: Row = ['a token', request()];

describe('a caller of the API’s own account needs no policy of its own', () => {
  questions(identity('checkout'), yes, [token]);
  questions(identity('deep/down/checkout'), yes, [token]);
  questions(identity('apps/pathed'), yes, [token]);
  questions(identity('catalogue-import'), yes, [token]);
  questions(user('ci'), yes, [token]);
});

describe('a caller that the policy file does not name is kept out, whatever it may otherwise', () => {
  questions(identity('stranger', everyApi), forbidden, [token]);
  questions(identity('administrator', allowing({ Action: '*' })), forbidden, [token]);
  questions(identity('pathed', everyApi), forbidden, [token]);
  questions(identity('checkout-2', everyApi), forbidden, [token]);
  questions(identity('Checkout', everyApi), forbidden, [token]);
  questions({ ...user('checkout'), policies: [everyApi] }, forbidden, [token]);
  questions({ arn: 'arn:aws:iam::777788889999:role/checkout', policies: [everyApi] }, forbidden, [token]);
  questions({ arn: 'arn:aws:iam::444455556666:role/checkout', policies: [everyApi] }, forbidden, [token]);
  it('ExplicitlyDenied: whoever did not sign', async () => {
    expect(await evaluate({ who: 'anonymous', ...request() })).toBe(forbidden);
  });
});

describe('a caller of another account needs both policies', () => {
  questions(partner, yes, [token, ['a revocation', request('v2/oauth/token/revoke')]]);
  questions({ arn: partner.arn }, no, [token]);
  questions(partner, no, [
    ['more than the output CallerPolicy allows: another path', request('v1/other')],
    ['more than the output CallerPolicy allows: another method', request('v2/oauth/token', 'GET')],
    [
      'another API of that account',
      { ...request(), resource: `${api.replace('a1b2', 'z9y8')}/production/POST/a` },
    ],
  ]);
});

const [listedVpce, otherVpce] = ['vpce-0123456789abcdef0', 'vpce-0fedcba9876543210'];
const via = (ask: Ask, sourceVpce: string): Ask => ({ ...ask, context: { 'aws:SourceVpce': sourceVpce } });

describe('a private API', () => {
  const listed = [...principals, 'arn:aws:iam::777788889999:user/apps/ci'];
  const { document } = resourcePolicy(listed, [listedVpce]);
  const privately = request(undefined, undefined, document);
  const [past, through, throughOther]: [Row, Row, Row] = [
    ['past the VPC endpoint', privately],
    ['through the VPC endpoint', via(privately, listedVpce)],
    ['through another VPC endpoint', via(privately, otherVpce)],
  ];

  describe('lets its callers in through the VPC endpoint alone', () => {
    questions(identity('checkout'), yes, [through]);
    questions(identity('checkout', everyApi), forbidden, [past, throughOther]);
    questions(identity('administrator', allowing({ Action: '*' })), forbidden, [past, through, throughOther]);
  });

  describe('demands both policies of another account’s caller there too', () => {
    questions(partner, yes, [through]);
    questions({ arn: partner.arn }, no, [through]);
    questions(partner, forbidden, [past, throughOther]);
    questions({ arn: 'arn:aws:iam::444455556666:role/checkout', policies: [everyApi] }, forbidden, [through]);
  });
});

describe('a private domain', () => {
  const domain = 'arn:aws:execute-api:us-east-1:111122223333:/domainnames/tokens.shop.example+abcd1234';
  const document = JSON.parse(
    JSON.stringify(networkPolicy([listedVpce])).replaceAll('execute-api:/*', domain),
  );
  const ask: Ask = { action: 'execute-api:Invoke', resource: domain, resourcePolicy: document };

  it('looks at networks, not at callers: no one is kept out on the way to the API', async () => {
    const verdicts = [ask, via(ask, listedVpce), via(ask, otherVpce)].map((one) =>
      evaluate({ who: identity('anyone'), ...one }),
    );
    expect(await Promise.all(verdicts)).toEqual([forbidden, yes, forbidden]);
  });
});

describe('the local gateway', () => {
  const names = [
    'checkout',
    'checkout-2',
    'pathed',
    'catalogue',
    'catalogue-',
    'catalogue-import',
    'partner',
    'ci',
  ];
  const callers = fc.record({
    account: fc.constantFrom('111122223333', '444455556666', '777788889999'),
    kind: fc.constantFrom('role', 'user'),
    path: fc.constantFrom('', 'apps/', 'deep/down/'),
    name: fc.constantFrom(...names),
    identityPolicyAllows: fc.boolean(),
  });
  const listed = fc.subarray([...principals, 'arn:aws:iam::777788889999:user/apps/ci'], { minLength: 1 });

  it('lets in exactly whom AWS would, by an evaluator that is not ours', async () => {
    await fc.assert(
      fc.asyncProperty(
        listed,
        callers,
        async (named, { account, kind, path, name, identityPolicyAllows }) => {
          const { document } = resourcePolicy(named);
          const principalArn = `arn:aws:iam::${account}:${kind}/${path}${name}`;
          const who = { arn: principalArn, policies: identityPolicyAllows ? [everyApi] : [] };
          const verdict = await evaluate({ who, ...request(undefined, undefined, document) });
          const caller = { accessKeyId: 'a', secretAccessKey: 'b', principalArn, identityPolicyAllows };
          expect(mayInvoke(document.Statement, caller)).toBe(verdict === yes);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('also for a private API: through its VPC endpoints, through others and past them', async () => {
    const networks = fc.constantFrom(undefined, listedVpce, otherVpce, 'vpce-0a1b2c3d');
    const endpoints = fc.subarray([listedVpce, otherVpce], { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(listed, callers, networks, endpoints, async (named, one, sourceVpce, letIn) => {
        const { document } = resourcePolicy(named, letIn);
        const { account, kind, path, name, identityPolicyAllows } = one;
        const principalArn = `arn:aws:iam::${account}:${kind}/${path}${name}`;
        const who = { arn: principalArn, policies: identityPolicyAllows ? [everyApi] : [] };
        const asked = request(undefined, undefined, document);
        const verdict = await evaluate({
          who,
          ...(sourceVpce === undefined ? asked : via(asked, sourceVpce)),
        });
        const caller = { accessKeyId: 'a', secretAccessKey: 'b', principalArn, identityPolicyAllows };
        expect(mayInvoke(document.Statement, caller, sourceVpce)).toBe(verdict === yes);
      }),
      { numRuns: 500 },
    );
  });

  it('also where the principals do not fit, and whole accounts are let in', async () => {
    const many = Array.from({ length: 200 }, (_, index) => `arn:aws:iam::111122223333:role/caller-${index}`);
    const { document, denyBy } = resourcePolicy([...many, partner.arn]);
    expect(denyBy).toBe('account');
    await fc.assert(
      fc.asyncProperty(callers, async ({ account, kind, path, name, identityPolicyAllows }) => {
        const principalArn = `arn:aws:iam::${account}:${kind}/${path}${name}`;
        const who = { arn: principalArn, policies: identityPolicyAllows ? [everyApi] : [] };
        const verdict = await evaluate({ who, ...request(undefined, undefined, document) });
        const caller = { accessKeyId: 'a', secretAccessKey: 'b', principalArn, identityPolicyAllows };
        expect(mayInvoke(document.Statement, caller)).toBe(verdict === yes);
      }),
      { numRuns: 100 },
    );
  });
});
