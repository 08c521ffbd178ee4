import { describe, expect, it } from 'vitest';
import { createRecordRefresh } from '../../lambda/observability/refresh-line.ts';
import { createRefreshHandler } from '../../lambda/refresh/refresh-handler.ts';
import { createBackOff } from '../../lambda/tokens/back-off.ts';
import { scheduleEvent } from '../local/emulators/schedule-event.ts';
import { day, hour, order, world } from '../support/token-world.ts';

function refreshing(...names: string[]) {
  const { state, mints, renewal } = world();
  const lines: Array<{ level: string; outcome?: string; error?: { message: string } }> = [];
  const handler = createRefreshHandler({
    policy: {
      clients: [order.client],
      grants: [],
      keepWarm: names.map((client) => ({ client, scopes: order.scopes })),
    },
    renew: renewal(createBackOff(() => state.now)),
    recordRefresh: createRecordRefresh((level, _message, fields) => lines.push({ status, ...fields })),
    now: () => state.now,
  });
  const refresh = () => handler(scheduleEvent(), { getRemainingTimeInMillis: () => 300_000 } as never);
  return { state, mints, lines, refresh };
}

describe('a refresh', () => {
  it('of an entry that meets a bug fails alone, and the bug is in its line', async () => {
    const { lines, refresh } = refreshing('absent', 'acme');
    expect(await refresh()).toEqual({ entries: 2, fresh: 0, renewed: 1, failed: 1 });
    expect(lines.map(({ status, outcome }) => [level, outcome])).toEqual([
      ['ERROR', 'failed'],
      ['INFO', 'renewed'],
    ]);
    expect(lines[0]?.error?.message).toMatch(/does not have/);
  });

  it('renews from the start of the window, without jitter', async () => {
    const { state, mints, refresh } = refreshing('acme');
    await refresh();
    state.now += day - 2 * hour;
    expect(await refresh()).toMatchObject({ fresh: 1 });
    state.now += 1;
    expect(await refresh()).toMatchObject({ renewed: 1 });
    expect(mints).toHaveLength(2);
  });

  it('asks for no other token where Connect brings the same one back, until that ends', async () => {
    const { state, mints, refresh } = refreshing('acme');
    state.answer = { lifetimeMs: day, text: 'same' };
    await refresh();
    state.now += day - hour;
    state.answer = { lifetimeMs: hour, text: 'same' };
    await refresh();
    const end = state.now + hour;
    for (const left of [hour / 2, 60_000, 4_000]) {
      state.now = end - left;
      expect(await refresh()).toMatchObject({ fresh: 1 });
    }
    expect(mints).toHaveLength(2);
    state.now = end;
    state.answer = { lifetimeMs: day };
    expect(await refresh()).toMatchObject({ renewed: 1 });
  });
});
