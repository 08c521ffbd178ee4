import { describe, expect, it } from 'vitest';
import { createClientCredentialsStore } from '../../lambda/connect/client-credentials.ts';
import type { ReadSecret } from '../../lambda/connect/secrets-client.ts';

const pair = '{"client_id":"id","client_secret":"secret"}';
const { signal } = new AbortController();

/** A store whose first read never ends, and the next ones do. */
function storeAt(clock: { now: number }) {
  const reads: string[] = [];
  const readSecret: ReadSecret = (_secretId, stage) => {
    reads.push(stage);
    if (reads.length === 1) return new Promise(() => undefined);
    return Promise.resolve({ text: pair, versionId: `version-${reads.length}`, createdAt: undefined });
  };
  return { reads, store: createClientCredentialsStore(readSecret, () => clock.now) };
}

describe('a read of a secret ahead of its mint', () => {
  it.each([
    ['that was begun ten minutes ago, before a freeze,', 600_000],
    ['that was begun in the future, as the clock was set back,', -1_000],
  ])('%s is not waited for', async (_what, laterMs) => {
    const clock = { now: Date.now() };
    const { reads, store } = storeAt(clock);
    store.prepare('connect/acme');
    clock.now += laterMs;
    const { value } = await store.candidates('connect/acme', signal).next();
    expect(value?.credentials.versionId).toBe('version-2');
    expect(reads).toHaveLength(2);
  });

  it('that was begun a moment ago serves the mint', async () => {
    const clock = { now: Date.now() };
    const { reads, store } = storeAt(clock);
    store.prepare('connect/acme');
    clock.now += 9_000;
    const mint = store.candidates('connect/acme', AbortSignal.timeout(50)).next();
    await expect(mint).rejects.toThrow('Secrets Manager: out of time');
    expect(reads).toHaveLength(1);
  });
});
