import { describe, expect, it } from 'vitest';
import type { MintOutcome } from '../../lambda/tokens/mint.ts';
import type { TokenTable } from '../../lambda/tokens/token-table.ts';
import { down } from '../support/simulated-connect.ts';
import { day, hour, minute, sha256, text, world } from '../support/token-world.ts';

describe('a request that was given up, and ends when its instance knows a newer token,', () => {
  it.each<[string, (late: MintOutcome) => MintOutcome]>([
    ['a failure', () => down],
    ['a token', (late) => late],
  ])('changes nothing where its mint brings %s', async (_what, ending) => {
    const { state, sleep, mints, instance, tokenOutcome } = world();
    const vend = instance();
    const old = await vend();
    state.now += hour;
    const { promise, resolve: end } = Promise.withResolvers<MintOutcome>();
    state.answer = promise;
    const abort = new AbortController();
    const givenUp = vend({ refusedSha256: sha256(old), signal: abort.signal });
    await sleep(0);
    const late = tokenOutcome(day, 'late', state.now);
    abort.abort();
    state.answer = { lifetimeMs: day };
    state.now += 2 * minute;
    const newer = text(await instance()({ refusedSha256: sha256(old) }));
    expect(newer).not.toBe(text(old));
    state.now += minute;
    expect(text(await vend())).toBe(newer);
    end(ending(late));
    await givenUp;
    for (const one of [vend, instance()]) expect(text(await one())).toBe(newer);
    expect(mints).toHaveLength(3);
  });

  it('takes over nothing of what the table held when it looked', async () => {
    const { state, sleep, mints, table, instance } = world();
    const { promise: release, resolve: end } = Promise.withResolvers<void>();
    let isHeld = false;
    const slow: TokenTable = {
      ...table,
      read: async (...of) => {
        const stored = await table.read(...of);
        if (isHeld) await release;
        return stored;
      },
    };
    const vend = instance({ table: slow });
    const old = await vend();
    state.now += minute;
    isHeld = true;
    const abort = new AbortController();
    const givenUp = vend({ signal: abort.signal });
    await sleep(0);
    abort.abort();
    isHeld = false;
    const newer = text(await instance()({ refusedSha256: sha256(old) }));
    expect(text(await vend())).toBe(newer);
    end();
    await givenUp;
    expect(text(await vend())).toBe(newer);
    expect(mints).toHaveLength(2);
  });
});
