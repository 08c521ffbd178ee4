import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../infra/policy/compile.ts';
import { decide } from '../../lambda/policy/decision.ts';
import type { Identity } from '../../lambda/policy/principal.ts';
import { connectScopes } from '../../lambda/protocol/scopes.ts';
import { goodPolicy, toYaml, withKeepWarm, withProber } from '../support/policies.ts';
import { grantCalledProber } from './refused-probers.ts';

const compile = (text: string) => compilePolicy(text, 'p.yaml');
const kept = { client: 'acme', scopes: ['connect:fulfillment'] };
const grantType = 'client_credentials';
const caller: Identity = { partition: 'aws', account: '111122223333', kind: 'role', name: 'prober' };
const all = Object.keys(connectScopes).filter((scope) => connectScopes[scope]?.includes(grantType));

describe('a policy with a prober', () => {
  it('grants its role the first token of keepWarm, and no more', () => {
    const { policy } = compile(withProber());
    expect(policy.grants.at(-1)).toEqual({
      id: 'prober',
      principals: [{ ...caller, match: 'exact' }],
      client: 'acme',
      grantType,
      scopes: ['connect:fulfillment'],
      unscoped: false,
      retailerIds: [],
      users: [],
      redirectUris: [],
      revoke: false,
    });
    expect(policy.grants.slice(0, -1)).toEqual(compile(withKeepWarm(kept)).policy.grants);
  });

  it('lets its role in, with its path', () => {
    const role = 'arn:aws:iam::111122223333:role/ops/prober';
    const { principals, proberArn, policy } = compile(withProber({ prober: { role } }));
    expect(principals).toEqual([...compile(toYaml(goodPolicy())).principals, role]);
    expect(proberArn).toBe(role);
    expect(decide(policy, caller, { ...kept, grantType }).allow).toBe(true);
  });

  it('names its role once, although a grant names it too', () => {
    const [grant] = goodPolicy().grants;
    const role = 'arn:aws:iam::111122223333:role/checkout';
    expect(compile(withProber({ grants: [grant], prober: { role } })).principals).toEqual([role]);
  });

  it('asks for the token of a retailer, where the first is such a one', () => {
    const [grant] = goodPolicy().grants;
    const keepWarm = [{ ...kept, retailerId: 'the-garden' }, kept];
    const { policy } = compile(
      withProber({ grants: [{ ...grant, retailerIds: ['the-garden', 'the-barn'] }], keepWarm }),
    );
    expect(policy.prober).toMatchObject({ ...kept, retailerId: 'the-garden' });
    const verdictFor = (retailerId?: string) =>
      decide(policy, caller, { ...kept, grantType, retailerId }).allow;
    expect(['the-garden', 'the-barn'].map(verdictFor)).toEqual([true, false]);
  });

  it('asks for the token without a scope, where the first is that', () => {
    const unscoped = { ...goodPolicy().grants[0], scopes: undefined, unscoped: true };
    const { policy } = compile(
      withProber({ grants: [unscoped], keepWarm: [{ client: 'acme', unscoped: true }] }),
    );
    expect(policy.prober).toEqual({ client: 'acme', scopes: [], ungrantedScope: all[0] });
    expect(decide(policy, caller, { client: 'acme', grantType, scopes: [] }).allow).toBe(true);
  });

  it('has a scope to be refused that no grant gives its role, by name, by prefix or for another retailer', () => {
    const grants = fc.array(
      fc.record({
        scopes: fc.subarray(all, { minLength: 1, maxLength: all.length - 2 }),
        principal: fc.constantFrom('prober', 'prob*', 'probe*', 'other', 'proberly'),
        retailerIds: fc.constantFrom(undefined, ['the-garden']),
      }),
      { maxLength: 3 },
    );
    fc.assert(
      fc.property(grants, (more) => {
        const text = withProber({
          grants: [
            goodPolicy().grants[0],
            ...more.map(({ principal, ...fields }, index) => ({
              ...goodPolicy().grants[0],
              ...fields,
              id: `more-${index}`,
              principals: [`arn:aws:iam::111122223333:role/${principal}`],
            })),
          ],
        });
        const given = more.filter(({ principal }) => /^prob(?:er|e?\*)$/.test(principal));
        const granted = new Set(['connect:fulfillment', ...given.flatMap(({ scopes }) => scopes)]);
        fc.pre(granted.size < all.length);
        const { policy } = compile(text);
        const { ungrantedScope = '' } = policy.prober ?? {};
        expect(all).toContain(ungrantedScope);
        expect([...granted]).not.toContain(ungrantedScope);
        expect(decide(policy, caller, { client: 'acme', grantType, scopes: [ungrantedScope] })).toEqual({
          allow: false,
          reason: 'scope',
        });
      }),
      { numRuns: 100 },
    );
  });
});

describe('a policy without a prober', () => {
  it('has none of it, and may call a grant so', () => {
    const { policy, proberArn } = compile(grantCalledProber);
    expect(policy).not.toHaveProperty('prober');
    expect(proberArn).toBeUndefined();
    expect(policy.grants.map(({ id }) => id)).toEqual(['prober']);
  });
});
