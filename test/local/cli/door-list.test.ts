import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../../infra/policy/compile.ts';
import { controlDoors } from '../control/control-doors.ts';
import { grantedRequests } from '../control/granted-requests.ts';
import { signedDoors } from '../control/signed-doors.ts';
import { callersOf } from './principal-callers.ts';
import { strangersTo } from './strangers.ts';

const account = '111122223333';
const clients = { acme: 'acme: { secretName: connect/acme }', beta: 'beta: { secretName: connect/beta }' };
const grant = (id: string, client: string, grantType: string, more: string) =>
  `  - { id: ${id}, principals: ['arn:aws:iam::${account}:role/${id}'], client: ${client}, grantType: '${grantType}', ${more} }`;
const checkout = grant('checkout', 'acme', 'client_credentials', 'scopes: [connect:fulfillment]');
const users = grant(
  'users',
  'acme',
  'fulfillment_user_assertion',
  "scopes: [connect:post_checkout], users: ['test-*']",
);
const linking = grant(
  'linking',
  'acme',
  'authorization_code',
  "scopes: [account_linking], redirectUris: ['https://shop.example/it''s|here']",
);
const retailer = grant(
  'retailer',
  'acme',
  'urn:ietf:params:oauth:grant-type:retailer-json-bearer',
  "scopes: [connect:recommendations], users: ['*']",
);

function doorsOf(grants: string[], { isLocal = true, names = ['acme'] as Array<keyof typeof clients> } = {}) {
  const text = `version: 1\nclients:\n${names.map((name) => `  ${clients[name]}`).join('\n')}\ngrants:\n${grants.join('\n')}\n`;
  const { policy, principals } = compilePolicy(text, 'policy.yaml');
  const callers = callersOf(principals, account);
  const [first] = grantedRequests(policy, callers, 'client_credentials');
  if (first === undefined) throw new Error('no first request');
  const { own, foreign } = strangersTo(policy, principals, callers, account);
  const urls = { control: 'http://control', lambda: 'http://lambda', secretsManager: 'http://secrets' };
  return [
    ...signedDoors({
      ...{ url: 'http://api', control: urls.control, policy, callers, first },
      strangers: [own, foreign],
      isLocal: () => isLocal,
      retailerAssertion: 'assertion',
    }),
    ...controlDoors({ ...urls, localClients: isLocal ? policy.clients : [] }),
  ];
}
const groupsOf = (...given: Parameters<typeof doorsOf>) => [
  ...new Set(doorsOf(...given).map(({ group }) => group.split(/:| of /)[0])),
];

const always = ['Ask for a token', 'Ask from a program', 'Be refused', 'Forget and refresh'];
const ofConnect = ['Trouble at Connect', 'The secret'];
const clock = "The stack's clock";

describe('the doors', () => {
  it('are those that the policy has, and no other', () => {
    expect(groupsOf([checkout])).toEqual([...always, ...ofConnect, clock]);
    expect(groupsOf([checkout, linking])).toContain('Link an account');
    expect(groupsOf([checkout, users])).toContain('Act for a user');
    expect(groupsOf([checkout, retailer])).toContain('Pass a retailer assertion on');
    const revoker = grant('revoker', 'acme', 'client_credentials', 'scopes: [connect:ian], revoke: true');
    expect(groupsOf([checkout, revoker])).toContain('Revoke a token');
  });

  it('do not press a Connect that is not on this machine', () => {
    expect(groupsOf([checkout, linking, users, retailer], { isLocal: false })).toEqual([...always, clock]);
  });

  it('ask for what is granted: a user of the prefix, a client by its name where there are several', () => {
    const commands = doorsOf([checkout, users], { names: ['acme', 'beta'] }).map(({ command }) => command);
    expect(commands.filter((one) => one.includes('"user_id":"test-user-1"'))).toHaveLength(1);
    const asking = commands.filter((one) => one.includes('grant_type'));
    expect(asking.every((one) => one.includes('"client_id":"acme"'))).toBe(true);
  });

  it('quote whatever a redirect URI has for the shell', () => {
    const [code = '', exchange = ''] = doorsOf([checkout, linking])
      .filter(({ group }) => group === 'Link an account')
      .map(({ command }) => command);
    expect(code).toBe(`curl --silent --data 'https://shop.example/it'\\''s|here' http://control/code`);
    expect(exchange).toContain(`'{"code":"'"$(${code})"'","grant_type":"authorization_code"`);
  });
});

describe('strangers', () => {
  const strangersOf = (principals: string[]) => {
    const text = `version: 1\nclients:\n  ${clients.acme}\ngrants:\n  - { id: a, principals: [${principals.map((one) => `'${one}'`).join()}], client: acme, grantType: client_credentials, unscoped: true }\n`;
    const compiled = compilePolicy(text, 'policy.yaml');
    const callers = callersOf(compiled.principals, account);
    return strangersTo(compiled.policy, compiled.principals, callers, account);
  };

  it('have names and accounts that the policy does not', () => {
    const { own, foreign } = strangersOf([
      `arn:aws:iam::${account}:role/stranger`,
      'arn:aws:iam::999988887777:role/outsider',
    ]);
    expect(own.principalArn).toBe(`arn:aws:iam::${account}:role/stranger-2`);
    expect(own.accessKeyId).toBe('example-stranger-2');
    expect(foreign.principalArn).toBe('arn:aws:iam::888877776666:role/outsider-2');
  });

  it('are not those whom a pattern matches', () => {
    const { own } = strangersOf([`arn:aws:iam::${account}:role/stranger*`]);
    expect(own.principalArn).toBe(`arn:aws:iam::${account}:role/nobody`);
  });
});
