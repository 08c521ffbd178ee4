import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { expectError } from '../support/answer.ts';
import { altered } from '../support/upstream-faults.ts';
import type { Answer } from '../support/world.ts';
import { useFaultWorld } from './fault-world.ts';

/** The functions' and the emulators' wall clock is the test's. */
describe('a Connect that brings the same token back until little of its life is left', () => {
  const { the, mint } = useFaultWorld('source');
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] });
    the.world.connect.state.reuseTokens = true;
    // The tests' clients are one application at Connect.
    the.world.connect.tokens.clear();
  });
  afterEach(() => {
    vi.useRealTimers();
    Object.assign(the.world.connect.state, { reuseTokens: false, reuseDownTo: 0 });
  });

  /** Asks twice a second for a good while, and returns the tokens that were vended and each refusal. */
  async function vendFor(lifetimeSeconds: number, reuseDownTo: number) {
    const { connect } = the.world;
    Object.assign(connect.state, { lifetime: lifetimeSeconds, reuseDownTo });
    const [vended, refused] = [new Set<unknown>(), [] as Array<{ answer: Answer; leftMs: number }>];
    // The clocks of two ends must not drift apart by five minutes: signatures would be too old.
    const endsAt = Date.now() + Math.min(2.2 * lifetimeSeconds, 280) * 1_000;
    for (; Date.now() < endsAt; vi.setSystemTime(Date.now() + 500)) {
      const answer = await mint();
      const current = [...connect.tokens.values()].at(-1)?.expiresAt ?? 0;
      if (answer.status === 200) vended.add(answer.body['access_token']);
      else refused.push({ answer, leftMs: current - Date.now() });
    }
    return { vended: vended.size, refused };
  }

  it.each([
    [60, 0.2],
    [60, 0.1],
    [60, 0.05],
    [120, 0.1],
    [240, 0.05],
  ])('refuses nobody: %i s of life, a new token once %d of it is left', async (lifetimeSeconds, share) => {
    const { vended, refused } = await vendFor(lifetimeSeconds, share);
    expect(refused.map(({ answer }) => answer.text)).toEqual([]);
    expect(vended).toBe(lifetimeSeconds === 240 ? 2 : 3);
    const asked = the.world.connect.requests.length / vended;
    console.error(`${lifetimeSeconds} s, reused down to ${share}: ${asked.toFixed(1)} requests a lifetime`);
    expect(asked).toBeLessThanOrEqual(12);
  });
});

describe('a min_ttl that a token cannot meet which Connect brought back', () => {
  const { the, mint } = useFaultWorld('source');
  it('is refused until Connect is asked again', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      Object.assign(the.world.connect.state, { reuseTokens: true, lifetime: 200 });
      the.world.connect.tokens.clear();
      await mint();
      vi.setSystemTime(Date.now() + 120_000);
      const short = await mint({ min_ttl: 100 });
      expectError(short, { status: 503, error: 'temporarily_unavailable' });
      expect(short.body['error_description']).toContain('that much remaining life yet. (reason: min_ttl)');
      // Half of what was left.
      expect(Number(short.headers.get('retry-after'))).toBeGreaterThanOrEqual(39);
      expect(Number(short.headers.get('retry-after'))).toBeLessThanOrEqual(40);
      expect((await mint()).status).toBe(200);
      expect(the.world.connect.requests).toHaveLength(2);
    } finally {
      vi.useRealTimers();
      the.world.connect.state.reuseTokens = false;
    }
  });
});

describe('a token without any life', () => {
  const { the, mint, link } = useFaultWorld('bundle');

  it('is dead on arrival, not malformed: 503, to be asked for again in a second', async () => {
    the.world.connect.next(altered({ expires_in: 0 }));
    const dead = await mint();
    expectError(dead, { status: 503, error: 'temporarily_unavailable' });
    expect(dead.headers.get('retry-after')).toBe('1');
    expect(await the.world.auditOf(dead)).toMatchObject({ reason: 'upstream_unavailable', attempts: 1 });
    await sleep(1_050);
    expect((await mint()).status).toBe(200);
  });

  it('has used up a one-time code: 504', async () => {
    the.world.connect.always(altered({ expires_in: 0 }));
    const code = the.world.issueCode();
    const dead = await link(code);
    expectError(dead, { status: 504, error: 'temporarily_unavailable' });
    expect(dead.body['error_description']).toContain('start the linking again');
    expect(await the.world.auditOf(dead)).toMatchObject({ reason: 'outcome_unknown', attempts: 1 });
    expect((await link(code)).body['error']).toBe('invalid_grant');
    expect(the.world.connect.requests).toHaveLength(1);
  });

  it.each([-1, -0.001])('of %d s is none: 502', async (expires_in) => {
    the.world.connect.always(altered({ expires_in }));
    const answer = await mint();
    expectError(answer, { status: 502, error: 'server_error' });
    expect(await the.world.auditOf(answer)).toMatchObject({
      reason: 'not_a_token',
      failed_check: 'expires_in',
    });
  });

  it.each([
    ['60 days', 60, 31],
    ['a second more than 31 days', 31 + 1 / 86_400, 31],
    ['31 days', 31, 31],
    ['30 days', 30, 30],
  ])('is another matter than %s of it, of which 31 days count', async (_what, days, counted) => {
    the.world.connect.always(altered({ expires_in: Math.round(days * 86_400) }));
    const { body, status } = await mint();
    expect(status).toBe(200);
    const lostSeconds = counted * 86_400 - Number(body['expires_in']);
    expect(lostSeconds).toBeGreaterThanOrEqual(0);
    expect(lostSeconds).toBeLessThan(30);
  });
});
