import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../../lambda/policy/decision.ts';
import type { Grant } from '../../lambda/policy/policy.ts';
import { grantsByOracle } from './oracle.ts';
import { allowedBy, grants, policyOf, type Situation } from './samples.ts';

/** Texts that a careless comparison takes for the granted one. */
const edits = {
  'one character more before': (text: string) => `x${text}`,
  'one character more after': (text: string) => `${text}x`,
  'one digit more after': (text: string) => `${text}0`,
  'a carriage return more after': (text: string) => `${text}\r`,
  'the granted text in the middle': (text: string) => `x${text}x`,
  'the granted text twice': (text: string) => `${text}${text}`,
  'one character less before': (text: string) => text.slice(1),
  'one character less after': (text: string) => text.slice(0, -1),
  'half of it': (text: string) => text.slice(0, text.length / 2),
  'upper case': (text: string) => text.toUpperCase(),
  'lower case': (text: string) => text.toLowerCase(),
  'a wildcard': (text: string) => `${text.slice(0, -1)}*`,
  'a wildcard alone': () => '*',
  'an empty text': () => '',
};

/** Every text of a request that a grant is compared with, and the request with that text edited. */
const fields: Record<
  string,
  { of: (sample: Situation) => string | undefined; edit: (sample: Situation, text: string) => Situation }
> = {
  partition: callerField('partition'),
  account: callerField('account'),
  name: callerField('name'),
  client: requestField('client'),
  scope: {
    of: ({ request }) => request.scopes[0],
    edit: (sample, scope) => ({ ...sample, request: { ...sample.request, scopes: [scope] } }),
  },
  'user id': requestField('userId'),
  'redirect URI': requestField('redirectUri'),
  'retailer id': requestField('retailerId'),
};

function callerField(name: 'partition' | 'account' | 'name'): (typeof fields)[string] {
  return {
    of: ({ caller }) => caller[name],
    edit: (sample, text) => ({ ...sample, caller: { ...sample.caller, [name]: text } }),
  };
}

function requestField(name: 'client' | 'userId' | 'redirectUri' | 'retailerId'): (typeof fields)[string] {
  return {
    of: ({ request }) => request[name],
    edit: (sample, text) => ({ ...sample, request: { ...sample.request, [name]: text } }),
  };
}

const granted = fc.tuple(grants, fc.nat(5), fc.boolean()).map(([list, index, whole]): Situation => {
  return { policy: policyOf(list), ...allowedBy(list[index % list.length] as Grant, whole) };
});

describe('what is nearly granted', () => {
  it.each(Object.entries(fields))('is denied unless it is granted too: the %s', (_name, { of, edit }) => {
    const [tried, denied] = [new Set<string>(), new Set<string>()];
    const edited = fc.tuple(granted, fc.constantFrom(...Object.entries(edits)));
    fc.assert(
      fc.property(edited, ([sample, [what, change]]) => {
        const text = of(sample);
        if (text === undefined || change(text) === text) return;
        tried.add(what);
        expect(decide(sample.policy, sample.caller, sample.request).allow).toBe(true);
        const near = edit(sample, change(text));
        const decision = decide(near.policy, near.caller, near.request);
        if (!decision.allow) denied.add(what);
        expect(decision.allow ? new Set(decision.grantIds) : undefined).toEqual(grantsByOracle(near));
      }),
      { numRuns: 2_000 },
    );
    // Digits have no other case, and a partition is in lower case anyway.
    expect(tried.size).toBeGreaterThanOrEqual(Object.keys(edits).length - 2);
    expect(denied).toEqual(tried);
  });
});
