import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { type Bench, scope } from './bench.ts';
import { startRefusingApi } from './token-service.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** How long a kit keeps a token, whom it serves with it, and what it does when Connect refuses it. */
export function describeKeeping({ keeps, service, ask, makeKit, requests }: Bench): void {
  it.runIf(keeps)('keeps a token for all but the last 60 seconds of its life', async () => {
    await makeKit();
    const first = await ask({ do: 'token' });
    expect(await ask({ do: 'token' })).toEqual(first);
    expect(requests()).toBe(1);
    await makeKit();
    service().answerAlways({ changes: { expires_in: 60 } });
    for (const _ of [1, 2]) await ask({ do: 'token' });
    expect(requests()).toBe(3);
  });

  it.runIf(keeps)('keeps none that has less life than min_ttl asks for', async () => {
    await makeKit({ request: { scope, min_ttl: 600 } });
    service().answerNext({ changes: { expires_in: 600 } }, { changes: { expires_in: 1200 } });
    for (const _ of [1, 2, 3]) await ask({ do: 'token' });
    expect(requests()).toBe(2);
  });

  it.runIf(keeps)('sends one request for a hundred callers at once, for its failure too', async () => {
    await makeKit();
    // A hundred threads take a while to ask.
    service().answerNext({ status: 403, afterMs: 200 });
    expect((await ask({ do: 'token', times: 100 })).failed).toMatchObject({ status: 403 });
    expect(requests()).toBe(1);
    expect((await ask({ do: 'token', times: 100 })).sha256).toHaveLength(1);
    expect(requests()).toBe(2);
  });

  it('renews a token once that Connect refuses, and repeats its request once', async () => {
    const { connect } = service().world;
    const url = `${connect.url}/v2/fulfillment/whoami`;
    await makeKit();
    expect(await ask({ do: 'call', url })).toEqual({ status: 200 });
    for (const token of connect.tokens.values()) token.revoked = true;
    const before = requests();
    const minted = connect.requests.length;
    expect(await ask({ do: 'call', url })).toEqual({ status: 200 });
    const refusals = service()
      .seen()
      .flatMap(({ fields }) => fields['refused_token_sha256'] ?? []);
    const [last, refused] = service().world.connect.hashes().reverse();
    expect(refusals).toEqual([refused]);
    expect(requests() - before).toBe(keeps ? 1 : 2);
    expect(connect.requests.length - minted).toBe(1);
    expect(await ask({ do: 'call', url })).toEqual({ status: 200 });
    expect((await ask({ do: 'token' })).sha256).toEqual([last]);
    if (keeps) expect(requests() - before).toBe(1);
  });

  it('passes a second 401 on', async () => {
    const api = await startRefusingApi();
    await makeKit();
    expect(await ask({ do: 'call', url: api.url })).toEqual({ status: 401 });
    expect(api.bearers).toHaveLength(2);
    const refused = sha256(api.bearers[0]?.replace('Bearer ', '') ?? '');
    expect(
      service()
        .seen()
        .map(({ fields }) => fields['refused_token_sha256']),
    ).toEqual([undefined, refused]);
    await api.close();
  });
}
