import { describe, expect, it } from 'vitest';
import type { Log } from '../../lambda/observability/log.ts';
import { createRecordRefresh } from '../../lambda/observability/refresh-line.ts';
import { createRecordSecret } from '../../lambda/observability/secret-line.ts';
import { createRefreshHandler } from '../../lambda/refresh/refresh-handler.ts';
import type { ReadSecretAge } from '../../lambda/tokens/secret-age.ts';
import type { TokenTable } from '../../lambda/tokens/token-table.ts';
import { scheduleEvent } from '../local/emulators/schedule-event.ts';
import { brokenTable, readOnly } from '../support/flaky-table.ts';
import { down } from '../support/simulated-connect.ts';
import { day, hour, mintRequest, minute, second, text, world } from '../support/token-world.ts';

type Line = {
  level: string;
  message: string;
  outcome?: string;
  reason?: string;
  cause?: string;
  error?: { message: string };
};

const unknownAge: ReadSecretAge = async () => ({ versionId: undefined, ageMs: undefined, fault: undefined });

function refreshing(
  names: string[] = ['acme'],
  table?: (of: TokenTable) => TokenTable,
  secretAge: ReadSecretAge = unknownAge,
) {
  const one = world();
  const { state, renewal } = one;
  const all: Line[] = [];
  const log: Log = (level, message, fields) => all.push({ level, message, ...fields });
  const linesOf = (wanted: string) => all.filter(({ message }) => message === wanted);
  const { renew } = renewal({ mode: 'refresh', ...(table && { table: table(one.table) }) });
  const handler = createRefreshHandler({
    policy: {
      clients: [mintRequest.client],
      grants: [],
      keepWarm: names.map((client) => ({ client, scopes: mintRequest.scopes })),
    },
    renew,
    recordRefresh: createRecordRefresh(log),
    secretAge,
    recordSecret: createRecordSecret(log),
    now: () => state.now,
    monotonic: () => state.now,
  });
  const refresh = () => handler(scheduleEvent(), { getRemainingTimeInMillis: () => 300_000 } as never);
  const vendIt = () => one.vend({ request: mintRequest });
  return {
    ...one,
    lines: () => linesOf('token refresh'),
    secretLines: () => linesOf('client secret'),
    refresh,
    vendIt,
  };
}

describe('a refresh', () => {
  it('of an entry that meets a bug fails alone, and the bug is in its line', async () => {
    const { lines, refresh } = refreshing(['absent', 'acme']);
    expect(await refresh()).toEqual({ entries: 2, fresh: 0, renewed: 1, failed: 1 });
    expect(lines().map(({ level, outcome }) => [level, outcome])).toEqual([
      ['ERROR', 'failed'],
      ['INFO', 'renewed'],
    ]);
    expect(lines()[0]?.error?.message).toMatch(/does not have/);
  });

  it('renews from the start of the window, without jitter, and callers have the new token', async () => {
    const { state, mints, refresh, vendIt } = refreshing();
    await refresh();
    state.now += day - 2 * hour;
    expect(await refresh()).toMatchObject({ fresh: 1 });
    state.now += 1;
    expect(await refresh()).toMatchObject({ renewed: 1 });
    expect(text(await vendIt())).toBe('token-1');
    expect(mints.map(({ mode }) => mode)).toEqual(['scheduled', 'scheduled']);
  });

  it('costs one table read where the token is fresh', async () => {
    const { calls, refresh } = refreshing();
    await refresh();
    const before = { ...calls };
    for (let i = 0; i < 5; i++) await refresh();
    expect(calls).toEqual({ reads: before.reads + 5, writes: before.writes });
  });

  it('waits up to 20 seconds for Connect, and the callers who miss meanwhile wait for it', async () => {
    const { state, sleep, mints, refresh, vendIt } = refreshing();
    state.answer = { lifetimeMs: day, takesMs: 15 * second };
    const refreshes = refresh();
    await sleep(second);
    const vending = vendIt();
    expect(await refreshes).toMatchObject({ renewed: 1 });
    expect(text(await vending)).toBe('token-0');
    expect(mints).toHaveLength(1);
  });

  it('that fails says why, then that it is held back, with the cause; callers keep the live token', async () => {
    const { state, mints, lines, refresh, vendIt } = refreshing();
    await refresh();
    state.now += day - hour;
    state.answer = down;
    expect(await refresh()).toMatchObject({ failed: 1 });
    expect(await refresh()).toMatchObject({ failed: 1 });
    expect(lines().slice(1)).toMatchObject([
      { reason: 'upstream_unavailable' },
      { reason: 'back_off', cause: 'upstream_unavailable' },
    ]);
    expect(text(await vendIt())).toBe('token-0');
    expect(mints).toHaveLength(2);
  });

  it('asks for another token each time half of the life is over where Connect brings the same one back', async () => {
    const { state, mints, refresh } = refreshing();
    state.answer = { lifetimeMs: day, text: 'same' };
    await refresh();
    const end = state.now + day;
    const outcomes: unknown[] = [];
    for (const left of [hour, 50 * minute, 30 * minute, 20 * minute, 15 * minute]) {
      state.now = end - left;
      state.answer = { lifetimeMs: left, text: 'same' };
      outcomes.push(await refresh());
    }
    const [fresh, renewed] = [
      { entries: 1, fresh: 1, renewed: 0, failed: 0 },
      { entries: 1, fresh: 0, renewed: 1, failed: 0 },
    ];
    expect(outcomes).toEqual([renewed, fresh, renewed, fresh, renewed]);
    expect(mints).toHaveLength(4);
    state.now = end;
    state.answer = { lifetimeMs: day };
    expect(await refresh()).toMatchObject({ renewed: 1 });
  });

  it.each<[string, (table: TokenTable) => TokenTable]>([
    ['is out of reach', () => brokenTable],
    ['cannot be written', readOnly],
  ])('mints nothing where the table %s, and says that it failed', async (_what, table) => {
    const { mints, lines, refresh } = refreshing(['acme'], table);
    expect(await refresh()).toEqual({ entries: 1, fresh: 0, renewed: 0, failed: 1 });
    expect(lines()).toMatchObject([
      { reason: 'upstream_unavailable', table_fault: 'DynamoDB: InternalServerError' },
    ]);
    expect(mints).toHaveLength(0);
  });
});

describe('a refresh tells how old the secrets are', () => {
  const known = { versionId: 'v1', ageMs: 3 * day, fault: undefined };

  it('of every client of the policy, also where all tokens are fresh', async () => {
    const { refresh, secretLines } = refreshing(['acme'], undefined, async () => known);
    await refresh();
    await refresh();
    expect(secretLines()).toMatchObject(
      Array.from({ length: 2 }, () => ({
        level: 'INFO',
        client: 'acme',
        secret_age_days: 3,
        secret_version_id: 'v1',
      })),
    );
  });

  it('and goes on where one cannot be read: a line with the fault and no metric', async () => {
    const fault = 'Secrets Manager: AccessDeniedException';
    const unread = { versionId: undefined, ageMs: undefined, fault };
    const { refresh, secretLines, lines } = refreshing(['acme'], undefined, async () => unread);
    expect(await refresh()).toMatchObject({ renewed: 1, failed: 0 });
    expect(lines()).toHaveLength(1);
    expect(secretLines()).toMatchObject([{ level: 'INFO', client: 'acme', fault }]);
    expect(JSON.stringify(secretLines())).not.toContain('SecretAgeDays');
  });

  it('and goes on where that meets a bug, which is in the line', async () => {
    const { refresh, secretLines } = refreshing(['acme'], undefined, () =>
      Promise.reject(new Error('a bug')),
    );
    expect(await refresh()).toMatchObject({ renewed: 1, failed: 0 });
    expect(secretLines()).toMatchObject([{ level: 'ERROR', client: 'acme', error: { message: 'a bug' } }]);
  });
});
