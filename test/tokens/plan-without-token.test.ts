import { describe, expect, it } from 'vitest';
import {
  claim,
  held,
  look,
  now,
  outOfTime,
  paused,
  planned,
  refuse,
  running,
  type Situation,
  unavailable,
  wait,
} from '../support/situations.ts';
import { second } from '../support/token-world.ts';

describe('the next step without a token', () => {
  it.each<[string, Situation, object]>([
    ['with no time left and no token: a refusal', { isOutOfTime: true, hasLooked: false }, refuse(outOfTime)],
    ['no token, not looked for by this request', { hasLooked: false }, look],
    ['no token, though the table failed a moment ago', { hasLooked: false, tableFailedAt: now }, look],
    ['no token, in the pause of the client', { circuit: paused(1) }, refuse(held, 1)],
    ['no token, after it', { circuit: paused(0) }, claim('onDemand')],
    [
      'no token, in the pause of the token',
      { lease: paused(1, { cause: 'invalid_grant' }) },
      refuse({ kind: 'back_off', cause: 'invalid_grant' }, 1),
    ],
    ['no token, after it', { lease: paused(0) }, claim('onDemand')],
    [
      'no token, while another instance probes',
      { circuit: running(8 * second, { failures: 1 }) },
      refuse(held, second),
    ],
    ['no token, at the end of that', { circuit: running(400, { failures: 1 }) }, refuse(held, 400)],
    [
      'no token, claimed, in the pause of the client',
      { hasClaimed: true, circuit: paused(1), lease: running(10_000) },
      refuse(held, 1),
    ],

    ['no token', {}, claim('onDemand')],
    ['no token, after two mints', { mints: 2 }, refuse(unavailable)],
    ['no token, after one', { mints: 1 }, claim('onDemand')],
    ['no token, by the schedule', { by: 'schedule' }, claim('scheduled')],
    ['no token, while another instance mints', { lease: running(1) }, wait],
    ['no token, when that is over', { lease: running(0) }, claim('onDemand')],
    ['no token, claimed', { hasClaimed: true, lease: running(10_000) }, { kind: 'mint', mode: 'onDemand' }],
    [
      'no token, claimed, after failures of the client',
      { hasClaimed: true, circuit: paused(-10_000) },
      { kind: 'probe', mode: 'onDemand' },
    ],
    [
      'no token, claimed, after failures that are forgotten',
      { hasClaimed: true, circuit: paused(-10_001) },
      { kind: 'mint', mode: 'onDemand' },
    ],
    [
      'no token, claimed, with the probe',
      { hasClaimed: true, isProbe: true, circuit: running(9_000, { failures: 3 }) },
      { kind: 'mint', mode: 'onDemand' },
    ],
    [
      'no token, with the table closed',
      { table: 'closed', lease: running(9_000) },
      { kind: 'mint', mode: 'onDemand' },
    ],
    ['no token, with the table closed, held back', { table: 'closed', circuit: paused(1) }, refuse(held, 1)],
    [
      'no token, with the table closed, by the schedule',
      { table: 'closed', by: 'schedule' },
      refuse(unavailable),
    ],
  ])('%s', (_when, row, expected) => {
    expect(planned(row)).toEqual(expected);
  });
});
