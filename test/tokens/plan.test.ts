import { describe, expect, it } from 'vitest';
import {
  claim,
  due,
  fresh,
  held,
  look,
  now,
  outOfTime,
  paused,
  planned,
  refuse,
  refused,
  running,
  type Situation,
  serve,
  unavailable,
  wait,
  withLeft,
} from '../support/situations.ts';
import { day, hour, minute, second } from '../support/token-world.ts';

const tooLong = refuse({ kind: 'min_ttl_too_long', longestMs: 12 * hour });
/** A token with so much life left, of which the schedule keeps six hours or more. */
const kept = (leftMs: number, keptMs = 6 * hour): Situation => ({
  token: withLeft(leftMs),
  by: 'schedule',
  keptMs,
});

describe('the next step with a token', () => {
  it.each<[string, Situation, object]>([
    [
      'with no time left: the live token',
      { token: due, isOutOfTime: true, lookedAt: undefined },
      serve(due, outOfTime),
    ],
    [
      'with no time left: the refused token too',
      { token: fresh, isOutOfTime: true, ...refused },
      serve(fresh, outOfTime),
    ],

    ['fresh, looked up a moment ago', { token: fresh, hasLooked: false }, serve(fresh)],
    ['fresh, looked up 55 s ago', { token: fresh, lookedAt: now - 55 * second }, look],
    ['fresh, looked up a millisecond later', { token: fresh, lookedAt: now - 55 * second + 1 }, serve(fresh)],
    ['fresh, never looked up', { token: fresh, lookedAt: undefined }, look],
    ['fresh, looked up a second ahead of now', { token: fresh, lookedAt: now + second }, serve(fresh)],
    ['fresh, looked up later than that', { token: fresh, lookedAt: now + second + 1 }, look],
    [
      'fresh, while the table failed 55 s ago',
      { token: fresh, lookedAt: undefined, tableFailedAt: now - 55 * second },
      look,
    ],
    [
      'fresh, while the table failed later',
      { token: fresh, lookedAt: undefined, tableFailedAt: now - 55 * second + 1 },
      serve(fresh),
    ],
    ['fresh, with the table closed', { token: fresh, lookedAt: undefined, table: 'closed' }, serve(fresh)],

    ['refused, not looked for by this request', { token: fresh, hasLooked: false, ...refused }, look],
    ['refused', { token: fresh, ...refused }, claim('onDemand', true)],
    [
      'refused, claimed',
      {
        token: fresh,
        ...refused,
        hasClaimed: true,
        lease: running(10_000),
        forced: { at: now, cooldownMs: minute },
      },
      { kind: 'mint', mode: 'onDemand' },
    ],
    [
      'refused, while another instance renews it',
      { token: fresh, ...refused, lease: running(1), forced: { at: now, cooldownMs: minute } },
      wait,
    ],
    [
      'refused, when that is over',
      { token: fresh, ...refused, lease: running(0), forced: { at: now, cooldownMs: minute } },
      serve(fresh),
    ],
    [
      'refused, in the cooldown',
      { token: fresh, ...refused, forced: { at: now - minute + 1, cooldownMs: minute } },
      serve(fresh),
    ],
    [
      'refused, after the cooldown',
      { token: fresh, ...refused, forced: { at: now - minute, cooldownMs: minute } },
      claim('onDemand', true),
    ],
    ['refused, and minted by this request', { token: fresh, ...refused, mints: 1 }, serve(fresh)],
    [
      'refused, while the table failed a moment ago',
      { token: fresh, ...refused, tableFailedAt: now },
      serve(fresh, unavailable),
    ],
    ['another one refused', { token: fresh, refusedSha256: due.sha256.replaceAll(/./g, 'f') }, serve(fresh)],

    ['at the start of the renewal window', { token: withLeft(2 * hour) }, serve(withLeft(2 * hour))],
    ['in it', { token: withLeft(2 * hour - 1) }, claim('ahead')],
    ['in it, with jitter', { token: withLeft(1.8 * hour), jitter: 1 }, serve(withLeft(1.8 * hour))],
    [
      'in it, after a renewal without an answer',
      { token: due, lease: running(0, { isUnanswered: true }) },
      claim('onDemand'),
    ],
    ['in it, by the schedule', { token: due, by: 'schedule' }, claim('scheduled')],
    ['in it, while another instance renews it', { token: due, lease: running(1) }, serve(due)],
    ['in it, when that is over', { token: due, lease: running(0) }, claim('ahead')],
    ['in it, after its own mint', { token: due, mints: 1 }, serve(due)],
    ['in it, with the table closed', { token: due, table: 'closed' }, serve(due, unavailable)],
    ['in it, held back', { token: due, circuit: paused(1) }, serve(due, held)],
    ['just at its minimum life', { token: withLeft(120 * second) }, claim('ahead')],
    ['below it', { token: withLeft(120 * second - 1) }, claim('onDemand')],
    ['expired', { token: withLeft(0) }, claim('onDemand')],
    ['minted by a clock far ahead', { token: withLeft(day + 10 * minute + 1) }, claim('onDemand')],

    ['with less life than min_ttl', { token: due, minTtlMs: hour + 1 }, claim('onDemand')],
    ['with just that', { token: due, minTtlMs: hour }, claim('ahead')],
    ['with half of its life as min_ttl', { token: fresh, minTtlMs: 12 * hour }, serve(fresh)],
    ['with more, though the token has it', { token: fresh, minTtlMs: 12 * hour + 1 }, tooLong],
    ['with more, and it does not', { token: due, minTtlMs: 12 * hour + 1 }, tooLong],
    ['with more, and expired', { token: withLeft(0), minTtlMs: 12 * hour + 1 }, claim('onDemand')],
    [
      'with more, after Connect reissued it',
      { token: { ...due, reissuedAt: now }, minTtlMs: 12 * hour + 1 },
      refuse({ kind: 'min_ttl' }, 0.5 * hour),
    ],

    ['with what the schedule keeps, a window before that', kept(8 * hour - 1), claim('scheduled')],
    ['with what the schedule keeps, earlier', kept(8 * hour), serve(withLeft(8 * hour))],
    ['with half of its life kept, in the second half', kept(12 * hour - 1, 12 * hour), claim('scheduled')],
    ['with half of its life kept, in the first', kept(12 * hour, 12 * hour), serve(withLeft(12 * hour))],
  ])('%s', (_when, row, expected) => {
    expect(planned(row)).toEqual(expected);
  });
});
