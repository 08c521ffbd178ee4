import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../infra/files/problems.ts';
import type { Checks } from '../../infra/policy/checks.ts';
import { compilePolicy, readPolicy } from '../../infra/policy/compile.ts';
import { goodPolicy, toYaml, withClient, withGrant, withKeepWarm } from '../support/policies.ts';
import { acceptedPolicies } from './accepted-policies.ts';
import { refusedDeployments, secretsOfOtherStages, today } from './refused-deployments.ts';
import { refusedHosts } from './refused-hosts.ts';
import { refusedNotes } from './refused-notes.ts';
import { refusedPlaces } from './refused-places.ts';
import { refusedPolicies } from './refused-policies.ts';
import { refusedProbers } from './refused-probers.ts';

const refused = [
  ...refusedPolicies,
  ...refusedHosts,
  ...refusedNotes,
  ...refusedPlaces,
  ...refusedProbers,
].map(([what, policy, complaint]) => [what, policy, complaint] as const);
const deployment: Checks = { target: 'deployment', today, secretsOfOtherStages };

function complaints(text: string, checks?: Checks): string[] {
  try {
    compilePolicy(text, 'p.yaml', checks);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message.split('\n');
    throw error;
  }
  throw new Error(`this was taken for a good policy:\n${text}`);
}

describe('a policy is refused for', () => {
  it.each(refused)('%s', (_what, policy, complaint) => {
    const said = complaints(policy);
    if (typeof complaint === 'string') expect(said).toContain(`p.yaml:${complaint}`);
    else expect(said.join('\n')).toMatch(complaint);
    expect(said.every((line) => /^p\.yaml:\d+:\d+ /.test(line))).toBe(true);
  });

  it('all that is wrong, in one go and in the order of its lines', () => {
    const policy = goodPolicy();
    policy.clients['acme'] = { secretName: 'a b', colour: 'red' };
    policy.grants = [{ ...policy.grants[0], id: 7, principals: ['*'], scopes: ['connect:none'] }];
    const lines = complaints(toYaml(policy)).map((line) => line.split(' ')[1]);
    expect(lines).toEqual([
      'clients.acme.secretName:',
      'clients.acme.colour:',
      'grants[0].id:',
      'grants[0].principals[0]:',
      'grants[0].scopes[0]:',
    ]);
  });

  it('one thing alone wherever one thing alone is wrong', () => {
    for (const [what, policy] of refused) expect(complaints(policy), what).toHaveLength(1);
  });

  it('each key that is misspelt, in one line', () => {
    const policy = {
      ...goodPolicy(),
      clients: { acme: { secretName: 'connect/acme', baseUrl: 'https://connect.instacart.com' } },
      grants: [
        { ...goodPolicy().grants[0], retailerIds: ['the-garden'] },
        {
          ...goodPolicy().grants[0],
          id: 'linking',
          grantType: 'authorization_code',
          scopes: ['account_linking'],
          redirectUris: ['https://shop.example/callback'],
        },
        {
          ...goodPolicy().grants[0],
          id: 'orders',
          grantType: 'fulfillment_user_assertion',
          scopes: ['connect:post_checkout'],
          users: ['*'],
        },
      ],
      keepWarm: [{ client: 'acme', scopes: ['connect:fulfillment'], retailerId: 'the-garden' }],
    };
    const text = toYaml(policy);
    const keys = [...text.matchAll(/([A-Za-z]+):(?=\s)/g)];
    expect(keys.length).toBeGreaterThan(25);
    for (const { 1: key = '', index } of keys) {
      const misspelt = `${text.slice(0, index)}${key[0]}_${key.slice(1)}x${text.slice(index + key.length)}`;
      expect(complaints(misspelt), `${key} at ${index}`).toHaveLength(1);
    }
  });

  it('an anchor and its alias, which a reader of grants should not have to look up', () => {
    const [anchor, alias, ...more] = complaints('a: &x 1\nb: *x');
    expect(anchor).toBe('p.yaml:1:7 YAML anchors are not allowed: remove &x');
    expect(alias).toBe('p.yaml:2:4 YAML aliases are not allowed: write the value itself');
    expect(more).toEqual([]);
  });

  it('nesting that no parser should be made to follow, without a throw of its own', () => {
    expect(complaints('['.repeat(100_000)).length).toBeLessThan(10);
    expect(complaints(`a: ${'{a: '.repeat(300)}1${'}'.repeat(300)}`)).toHaveLength(4);
  });

  it('nothing because of a byte-order mark, which counts in the hash of the file', () => {
    const text = `\uFEFF${toYaml(goodPolicy())}`;
    expect(compilePolicy(text, 'p.yaml').sha256).toBe(hash('sha256', text));
  });

  it('a file that is not there', () => {
    expect(() => readPolicy('/nowhere/policy.yaml')).toThrow(
      '/nowhere/policy.yaml: there is no such file: /nowhere/policy.yaml',
    );
  });
});

describe('a deployment refuses, and the local stack takes,', () => {
  it.each(refusedDeployments)('%s', (_what, policy, complaint) => {
    expect(complaints(policy, deployment)).toEqual([`p.yaml:${complaint}`]);
    expect(compilePolicy(policy, 'p.yaml').principals).toHaveLength(1);
  });

  it('nothing that is right', () => {
    const fit = acceptedPolicies.filter(([, text]) => !/http:|localhost|127[.]/.test(text));
    expect(fit.length).toBeGreaterThan(20);
    for (const [what, text] of fit) {
      const own = text.replaceAll('connect/acme', 'connect-development/acme');
      expect(() => compilePolicy(own, 'p.yaml', deployment), what).not.toThrow();
    }
  });
});

describe('a grant that expires', () => {
  const warningsOf = (expires: string) =>
    compilePolicy(withGrant({ expires }), 'p.yaml', { target: 'local', today }).warnings;
  const warning = (expires: string, when: string) =>
    `p.yaml:13:14 grants[0].expires: the last day of grant checkout is ${expires}, ${when}: remove the grant then, or write a later date`;

  it('is valid on its last day', () => {
    expect(warningsOf('2027-01-31')).toEqual([warning('2027-01-31', 'today')]);
  });

  it('is mentioned from 30 days before, and not earlier', () => {
    expect(warningsOf('2027-02-01')).toEqual([warning('2027-02-01', 'in 1 day')]);
    expect(warningsOf('2027-03-02')).toEqual([warning('2027-03-02', 'in 30 days')]);
    expect(warningsOf('2027-03-03')).toEqual([]);
  });

  it('is refused by the local stack too, the day after', () => {
    const policy = withGrant({ expires: '2027-01-30' });
    expect(complaints(policy, { target: 'local', today })).toEqual([
      'p.yaml:13:14 grants[0].expires: the grant has expired on 2027-01-30: remove it, or write a later date',
    ]);
  });
});

describe('a policy compiles', () => {
  it('with notes for people, which the function does not carry', () => {
    const notes = { description: 'Orders', owner: 'team-orders@shop.example', expires: '2096-02-29' };
    const compiled = compilePolicy(withGrant(notes), 'p.yaml');
    expect(compiled.notes).toEqual(new Map([['checkout', notes]]));
    expect(compiled.policy).toEqual(compilePolicy(toYaml(goodPolicy()), 'p.yaml').policy);
    expect(compilePolicy(withGrant({ owner: 'Ann' }), 'p.yaml').notes).toEqual(
      new Map([['checkout', { owner: 'Ann' }]]),
    );
  });

  it('to what the function carries, and no more', () => {
    expect(compilePolicy(toYaml(goodPolicy()), 'p.yaml')).toEqual({
      policy: {
        clients: [
          {
            name: 'acme',
            baseUrl: 'https://connect.instacart.com',
            secretId: 'connect/acme',
            scopeSeparator: ',',
            privateScopes: {},
          },
        ],
        grants: [
          {
            id: 'checkout',
            principals: [
              { partition: 'aws', account: '111122223333', kind: 'role', name: 'checkout', match: 'exact' },
            ],
            client: 'acme',
            grantType: 'client_credentials',
            scopes: ['connect:fulfillment'],
            unscoped: false,
            retailerIds: [],
            users: [],
            redirectUris: [],
            revoke: false,
          },
        ],
        keepWarm: [],
      },
      secrets: [{ client: 'acme', name: 'connect/acme' }],
      notes: new Map(),
      warnings: [],
      principals: ['arn:aws:iam::111122223333:role/checkout'],
      sha256: hash('sha256', toYaml(goodPolicy())),
    });
  });

  it('with a secret that is there already, its key, a space between scopes and private scopes', () => {
    const secretArn = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:connect/acme-AbCdEf';
    const kmsKeyArn = 'arn:aws:kms:us-east-1:111122223333:key/mrk-11112222333344445555666677778888';
    const { policy, secrets } = compilePolicy(
      withClient({
        secretName: undefined,
        secretArn,
        kmsKeyArn,
        scopeSeparator: 'space',
        scopes: { constructor: ['authorization_code'] },
      }),
      'p.yaml',
    );
    expect(secrets).toEqual([{ client: 'acme', arn: secretArn, kmsKeyArn }]);
    expect(policy.clients[0]).toMatchObject({ secretId: secretArn, scopeSeparator: ' ' });
    expect(policy.clients[0]?.privateScopes).toEqual({ constructor: ['authorization_code'] });
  });

  it.each([
    ['https://connect.dev.instacart.tools', 'https://connect.dev.instacart.tools'],
    ['https://connect.dev.instacart.tools/', 'https://connect.dev.instacart.tools'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['http://localhost:8080/', 'http://localhost:8080'],
    ['http://[::1]:8080', 'http://[::1]:8080'],
  ])('with the base URL %s', (baseUrl, origin) => {
    expect(compilePolicy(withClient({ baseUrl }), 'p.yaml').policy.clients[0]?.baseUrl).toBe(origin);
  });

  it("with a client's private scopes, by the grant types given", () => {
    const policy = goodPolicy();
    policy.clients['acme'] = { secretName: 's', scopes: { 'connect:private': ['client_credentials'] } };
    policy.grants = [{ ...policy.grants[0], scopes: ['connect:private'] }];
    expect(compilePolicy(toYaml(policy), 'p.yaml').policy.grants[0]?.scopes).toEqual(['connect:private']);
  });

  it('with redirect URIs on loopback, exactly as written', () => {
    const redirectUris = ['http://localhost:3000/cb', 'https://shop.example/cb?a=b'];
    const text = withGrant({
      grantType: 'authorization_code',
      scopes: ['account_linking'],
      redirectUris,
    });
    expect(compilePolicy(text, 'p.yaml').policy.grants[0]?.redirectUris).toEqual(redirectUris);
  });

  it('with tokens to keep that a caller can ask for through two grants together', () => {
    const [grant] = goodPolicy().grants;
    const sso = 'arn:aws:iam::111122223333:role/AWSReservedSSO_Ops_*';
    const grants = [
      { ...grant, principals: ['arn:aws:iam::111122223333:role/check*', sso] },
      { ...grant, id: 'ads', scopes: ['connect:ian'], retailerIds: ['r1'] },
      { ...grant, id: 'ops', principals: [sso], scopes: undefined, unscoped: true },
    ];
    const keepWarm = [
      { client: 'acme', scopes: ['connect:ian', 'connect:fulfillment'] },
      { client: 'acme', scopes: ['connect:ian'], retailerId: 'r1' },
      { client: 'acme', unscoped: true, minTtl: 7200 },
    ];
    expect(compilePolicy(toYaml({ ...goodPolicy(), grants, keepWarm }), 'p.yaml').policy.keepWarm).toEqual([
      keepWarm[0],
      keepWarm[1],
      { client: 'acme', scopes: [], minTtlMs: 7_200_000 },
    ]);
    expect(compilePolicy(withKeepWarm(), 'p.yaml').policy.keepWarm).toEqual([]);
  });
});
