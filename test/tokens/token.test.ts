import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterRenewal,
  answerTimes,
  floor,
  phaseOf,
  renewalWindow,
  type Token,
  tokenKey,
} from '../../lambda/tokens/token.ts';
import { Secret } from '../../lambda/values/secret.ts';

const start = Date.UTC(2026, 0, 1);
const lifetimes = fc.integer({ min: 30_000, max: 31 * 86_400_000 });

function tokenOf(lifetime: number, text = 'token-one', firstSeenAt = start): Token {
  const value = new Secret(text);
  return {
    value,
    sha256: value.sha256(),
    scopes: undefined,
    expiresAt: firstSeenAt + lifetime,
    firstSeenAt,
    lifetime,
    broughtBack: false,
  };
}

describe('the life of a token', () => {
  it('of 24 hours: window 2 hours, floor 2 minutes', () => {
    expect(renewalWindow(86_400_000)).toBe(7_200_000);
    expect(floor(tokenOf(86_400_000))).toBe(120_000);
  });

  it('of 10 minutes: window 2 minutes, floor 12 seconds', () => {
    expect(renewalWindow(600_000)).toBe(120_000);
    expect(floor(tokenOf(600_000))).toBe(12_000);
  });

  it('is never vended with less than floor or min_ttl, nor past its expiry, at any clock', () => {
    fc.assert(
      fc.property(
        lifetimes,
        fc.integer({ min: -86_400_000, max: 40 * 86_400_000 }),
        fc.integer({ min: 0, max: 7_200_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.boolean(),
        (lifetime, later, minTtl, jitter, broughtBack) => {
          const token = { ...tokenOf(lifetime), broughtBack };
          const now = start + later;
          const left = token.expiresAt - now;
          const phase = phaseOf(token, { now, minTtl, jitter });
          const vended = phase === 'fresh' || phase === 'ageing';
          const least = broughtBack ? 5_000 : Math.max(1_000, Math.min(120_000, lifetime / 50));
          const isDead = left <= 0 || left > lifetime + 600_000;
          expect(vended).toBe(!isDead && left >= least && left >= minTtl);
          expect(phase === 'dead').toBe(isDead);
        },
      ),
      { numRuns: 100_000 },
    );
  });

  it('enters the window at most a tenth of it late, and once brought back never', () => {
    fc.assert(
      fc.property(
        lifetimes,
        fc.integer({ min: 0, max: 31 * 86_400_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (lifetime, later, jitter) => {
          const token = tokenOf(lifetime);
          const now = start + later;
          const phase = phaseOf(token, { now, minTtl: 0, jitter });
          const left = lifetime - later;
          const window = Math.min(7_200_000, lifetime / 5);
          if (left >= window) expect(phase).toBe('fresh');
          if (phase === 'fresh') expect(left).toBeGreaterThanOrEqual(window * 0.9 - 1);
          expect(phaseOf({ ...token, broughtBack: true }, { now, minTtl: 0, jitter })).not.toBe('ageing');
        },
      ),
      { numRuns: 10_000 },
    );
  });

  it('has its window start later by the jitter, never earlier', () => {
    const phaseAt = (leftMs: number, jitter: number) =>
      phaseOf(tokenOf(86_400_000), { now: start + 86_400_000 - leftMs, minTtl: 0, jitter });
    for (const [jitter, windowMs] of [
      [0, 7_200_000],
      [0.5, 6_840_000],
      [1, 6_480_000],
    ] as const) {
      expect([phaseAt(windowMs, jitter), phaseAt(windowMs - 1, jitter)]).toEqual(['fresh', 'ageing']);
    }
  });

  it('is told so that created_at + expires_in is never past the expiry and at most two seconds before it', () => {
    fc.assert(
      fc.property(lifetimes, fc.integer({ min: 0, max: 86_400_000 }), (lifetime, later) => {
        const token = tokenOf(lifetime + later);
        const times = answerTimes(token, start + later);
        const told = (times.created_at + times.expires_in) * 1000;
        expect(told).toBeLessThanOrEqual(token.expiresAt);
        expect(told).toBeGreaterThan(token.expiresAt - 2_000);
      }),
    );
  });

  it('is not believed to be longer when the same value comes back', () => {
    const old = tokenOf(600_000);
    const again = tokenOf(600_000, 'token-one', start + 300_000);
    expect(afterRenewal(old, again, start + 300_000)).toMatchObject({
      expiresAt: old.expiresAt,
      lifetime: 600_000,
      broughtBack: true,
    });
    const shorter = tokenOf(100_000, 'token-one', start + 300_000);
    expect(afterRenewal(old, shorter, start + 300_000)).toMatchObject({
      expiresAt: start + 400_000,
      lifetime: 600_000,
      broughtBack: true,
    });
    const other = tokenOf(600_000, 'token-two', start + 300_000);
    expect(afterRenewal(old, other, start + 300_000)).toBe(other);
    expect(afterRenewal(undefined, other, start + 300_000)).toBe(other);
  });

  it('is believed anew when the same value comes back after its end: it was first seen by a slow clock', () => {
    const old = tokenOf(600_000);
    const again = tokenOf(50_000, 'token-one', start + 600_000);
    expect(afterRenewal(old, again, start + 600_000)).toEqual({ ...again, broughtBack: true });
  });
});

describe('the key of a token', () => {
  const texts = fc.string({ maxLength: 6 });
  const identities = fc.record({
    baseUrl: texts,
    client: texts,
    grantType: fc.constantFrom('client_credentials' as const, 'fulfillment_user_assertion' as const),
    scopes: fc.array(texts, { maxLength: 3 }).map((list) => [...new Set(list)]),
    retailerId: fc.option(texts, { nil: undefined }),
    subject: fc.option(texts, { nil: undefined }),
  });

  it('is the same for the same identity in another order, and for no other', () => {
    fc.assert(
      fc.property(identities, identities, (one, other) => {
        const sorted = (of: typeof one) => ({ ...of, scopes: of.scopes.toSorted() });
        expect(tokenKey(one) === tokenKey(other)).toBe(isDeepStrictEqual(sorted(one), sorted(other)));
        expect(tokenKey({ ...one, scopes: one.scopes.toReversed() })).toBe(tokenKey(one));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is another for an identity that differs in one field by one character or its case', () => {
    const fields = ['baseUrl', 'client', 'retailerId', 'subject', 'scope'] as const;
    const edits = [
      (text: string) => `x${text}`,
      (text: string) => `${text}x`,
      (text: string) => text.slice(1),
      (text: string) => text.slice(0, -1),
      (text: string) => text.toUpperCase(),
      (text: string) => ` ${text}`,
    ];
    const base = {
      baseUrl: 'https://connect.example',
      client: 'acme',
      grantType: 'fulfillment_user_assertion' as const,
      retailerId: 'the-garden',
      subject: 'ann',
    };
    const keyWith = (field: (typeof fields)[number] | undefined, edit: (text: string) => string) => {
      const scopes = field === 'scope' ? [edit('connect:a'), 'connect:b'] : ['connect:a', 'connect:b'];
      const edited = field === undefined || field === 'scope' ? {} : { [field]: edit(base[field]) };
      return tokenKey({ ...base, scopes, ...edited });
    };
    const keys = fields.flatMap((field) => edits.map((edit) => keyWith(field, edit)));
    const unedited = keyWith(undefined, (text) => text);
    const byOtherGrantType = tokenKey({
      ...base,
      grantType: 'client_credentials',
      scopes: ['connect:a', 'connect:b'],
    });
    expect(new Set([...keys, unedited, byOtherGrantType]).size).toBe(fields.length * edits.length + 2);
  });

  it('is a hash: nobody reads a user id from it', () => {
    fc.assert(
      fc.property(identities, (identity) => {
        expect(tokenKey(identity)).toMatch(/^[0-9a-f]{64}$/);
      }),
    );
  });

  it('tells a missing part from an empty one, and shifted separators apart', () => {
    const base = {
      baseUrl: 'u',
      client: 'c',
      grantType: 'client_credentials' as const,
      scopes: [],
      retailerId: undefined,
      subject: undefined,
    };
    const keys = [
      base,
      { ...base, retailerId: '' },
      { ...base, subject: '' },
      { ...base, scopes: [''] },
      { ...base, scopes: ['a,b'] },
      { ...base, scopes: ['a', 'b'] },
      { ...base, client: 'c","x' },
    ].map(tokenKey);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
