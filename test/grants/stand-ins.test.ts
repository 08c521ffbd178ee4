import { describe, expect, it } from 'vitest';
import { differencesBetween } from '../../infra/grants/differences.ts';
import { type Alphabet, type Pattern, unclaimedAfter } from '../../infra/grants/stand-ins.ts';
import type { Grant, Policy } from '../../lambda/policy/policy.ts';
import type { Principal } from '../../lambda/policy/principal.ts';
import { grantOf } from '../support/http-handler.ts';

const exact = (text: string): Pattern => ({ text, isPrefix: false });
const prefix = (text: string): Pattern => ({ text, isPrefix: true });
const two: Alphabet = { characters: ['a', 'b'], maxLength: 4 };

describe('a text that no other pattern covers', () => {
  it.each<[string, string, Pattern[], string | undefined]>([
    ['is the next one', 'x', [prefix('x')], 'xa'],
    ['avoids a text', 'x', [prefix('x'), exact('xa')], 'xb'],
    ['avoids a prefix', 'x', [prefix('x'), prefix('xab')], 'xb'],
    ['lies before longer texts', 'x', [exact('xaa'), exact('xbb')], 'xa'],
    ['lies behind texts', 'x', [exact('xa'), exact('xb')], 'xaa'],
    ['lies behind a text where the others are prefixes', 'x', [prefix('xa'), exact('xb')], 'xba'],
    ['is as deep as it must be', 'x', [prefix('xa'), exact('xb'), prefix('xba'), exact('xbb')], 'xbba'],
    ['lies behind no text that is a prefix too', 'x', [exact('xa'), prefix('xa'), exact('xb')], 'xba'],
    ['lies behind the next text', 'x', [exact('xa'), prefix('xaa'), prefix('xab'), exact('xb')], 'xba'],
    ['is none under prefixes', 'x', [prefix('xa'), prefix('xb')], undefined],
    ['is none beyond the longest', 'xaaa', [prefix('xaaa')], undefined],
    ['ignores what begins otherwise', 'x', [prefix('y'), exact('ya')], 'xa'],
  ])('%s', (_what, start, patterns, expected) => {
    expect(unclaimedAfter(start, patterns, two)).toBe(expected);
  });
});

describe('a gain that hides behind other principals', () => {
  const characters = [...'0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_+=,.@'];
  const principal = (name: string, match: Principal['match'] = 'exact'): Principal => ({
    ...{ partition: 'aws', account: '111122223333', kind: 'role', name, match },
  });
  const policy = (...grants: Array<Partial<Grant>>) => {
    const rules: Policy = { clients: [], grants: grants.map(grantOf), keepWarm: [] };
    return { policy: rules, principals: [] };
  };
  const next = characters.map((character) => principal(`a${character}`, 'prefix'));

  it('is found where a prefix covers nothing beside others but its own name', () => {
    const { gains } = differencesBetween(
      policy({ principals: next }),
      policy({ principals: [principal('a', 'prefix')] }),
    );
    expect(gains).toHaveLength(1);
    expect(gains[0]?.except_principals).toHaveLength(characters.length);
  });

  it('is found where names and prefixes leave one text', () => {
    const [first, ...others] = next;
    const before = policy({
      principals: [principal('a'), { ...(first as Principal), match: 'exact' }, ...others],
    });
    const { gains } = differencesBetween(before, policy({ principals: [principal('a', 'prefix')] }));
    expect(gains.map(({ principal: arn }) => arn)).toEqual(['arn:aws:iam::111122223333:role/a*']);
  });

  it('is none where they leave nothing', () => {
    const before = policy({ principals: [principal('a'), ...next] });
    expect(differencesBetween(before, policy({ principals: [principal('a', 'prefix')] })).gains).toEqual([]);
  });

  it('is found in a permission set whose members are named one by one, or by prefixes', () => {
    const set = 'AWSReservedSSO_Ops_';
    const digits = [...'0123456789abcdef'];
    const after = policy({ principals: [principal(set, 'permissionSet')] });
    const members = digits.map((digit) => principal(set + digit.repeat(16)));
    expect(differencesBetween(policy({ principals: members }), after).gains).toHaveLength(1);
    const [, ...rest] = digits.map((digit) => principal(set + digit, 'prefix'));
    expect(differencesBetween(policy({ principals: rest }), after).gains).toHaveLength(1);
    const all = digits.map((digit) => principal(set + digit, 'prefix'));
    expect(differencesBetween(policy({ principals: all }), after).gains).toEqual([]);
    // Under a prefix that holds something else, some of the set's members are left.
    const [zero] = all as [Principal];
    const other = { principals: [zero], scopes: ['connect:ian'] };
    const changed = differencesBetween(
      policy({ principals: rest }, other),
      policy({ principals: [...rest, principal(set, 'permissionSet')] }, other),
    );
    expect(changed.gains).toHaveLength(1);
    expect(changed.losses).toEqual([]);
  });

  it('is found among users who are named beside a prefix', () => {
    const user = (users: string[]) =>
      policy({ grantType: 'fulfillment_user_assertion', scopes: ['connect:post_checkout'], users });
    const { gains } = differencesBetween(user(['u', 'ua', 'u1']), user(['u*']));
    expect(gains).toMatchObject([{ conditions: { users: { of: ['u*'], except: ['u', 'u1', 'ua'] } } }]);
    const longest = 'u'.repeat(256);
    expect(differencesBetween(user([longest]), user([`${longest}*`])).gains).toEqual([]);
  });
});
