import { describe, expect, it } from 'vitest';
import { startConnect } from '../local/emulators/connect-emulator.ts';
import type { Fault } from '../local/emulators/faults.ts';
import { expectNothingSecret } from '../support/leaks.ts';
import {
  answers,
  codeFaults,
  transient,
  type UpstreamFault,
  upstreamFaults,
} from '../support/upstream-faults.ts';
import { createWorld } from '../support/world.ts';
import { expectFault } from './expect-fault.ts';
import { useFaultWorld } from './fault-world.ts';

// These wait for seconds: the other faults are tried meanwhile.
describe.concurrent('an upstream that is silent', () => {
  const hang: Fault = { kind: 'hang' };
  const silent: UpstreamFault[] = [
    ['Connect never answers', ({ connect }) => connect.always(hang), 503, 'upstream_unavailable', 1],
    [
      'Connect stalls in its answer',
      ({ connect }) => connect.always({ kind: 'stall' }),
      503,
      'upstream_unavailable',
      1,
    ],
    [
      'Secrets Manager never answers',
      ({ secretsManager }) => secretsManager.always(hang),
      503,
      'secrets_unavailable',
      0,
    ],
  ];

  it.each(silent)('%s: 503 within the time of a mint', async (...row) => {
    const world = await createWorld('bundle');
    row[1](world, 'connect/acme');
    const startedAt = performance.now();
    await expectFault(world, await world.ask('checkout', {}), row);
    expect(performance.now() - startedAt).toBeLessThan(13_000);
    await world.close();
  });
});

/** The first row of each reason, for the sources. */
function oneOfEach(rows: readonly UpstreamFault[]): UpstreamFault[] {
  return rows.filter((row, at) => rows.findIndex(([, , , reason]) => reason === row[3]) === at);
}

describe.concurrent('a caller with nothing in memory is told', () => {
  describe.each([
    ['bundle', upstreamFaults, codeFaults, transient],
    ['source', oneOfEach(upstreamFaults), oneOfEach(codeFaults), transient.slice(0, 1)],
  ] as const)('at the %s', { concurrent: false }, (kind, faults, faultsOfCodes, passing) => {
    const { the, mint, link } = useFaultWorld(kind);

    it.each(faults)('%s', async (...row) => {
      const [, trouble, , , , fields] = row;
      trouble(the.world, `connect/${the.client}`);
      await expectFault(the.world, await mint(fields), row);
    });

    it.each(faultsOfCodes)('of a one-time code: %s', async (...row) => {
      const [, trouble] = row;
      trouble(the.world, `connect/${the.client}`);
      await expectFault(the.world, await link(the.world.issueCode()), row);
    });

    it.each(passing)('nothing of a fault in passing, which is tried again: %s', async (_what, fault) => {
      the.world.connect.next(fault);
      expect((await mint()).status).toBe(200);
      expect(the.world.connect.requests).toHaveLength(2);
    });

    it('nothing that a redirect leads to: it is not followed, so the secret goes nowhere else', async () => {
      const elsewhere = await startConnect({ applications: [] });
      const location = `${elsewhere.url}/v2/oauth/token`;
      the.world.connect.always(answers(307, {}, { location }));
      await expectFault(the.world, await mint(), ['', () => undefined, 502, 'not_a_token', 1]);
      expect(elsewhere.requests).toEqual([]);
      await elsewhere.close();
    });

    it('nothing secret: not in an answer, a line or the table', () => expectNothingSecret(the.world));
  });
});
