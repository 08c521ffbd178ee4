import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { canary } from '../support/canary.ts';
import { callback, callers } from '../support/world.ts';
import { type SessionKey, startContainerCredentials } from './container-credentials.ts';
import { type Command, type Driver, type Reply, startDriver } from './driver.ts';
import { languages } from './languages.ts';
import { startRefusingApi, startTokenService } from './token-service.ts';
import { startUnreliableNetwork } from './unreliable-network.ts';

/** What a kit does with each answer, in every language: how often it asks, and what it tells and does not tell. */

const here = languages.filter(({ name, missing }) => {
  const reason = missing();
  if (reason !== undefined) console.warn(`The kit for ${name} is not tried here: ${reason}`);
  return reason === undefined;
});

let service: Awaited<ReturnType<typeof startTokenService>>;
let credentials: Awaited<ReturnType<typeof startContainerCredentials>>;
beforeAll(async () => {
  [service, credentials] = await Promise.all([startTokenService(), startContainerCredentials()]);
  // The endpoint gives session tokens only.
  Object.assign(callers.linker, { sessionToken: `linker-session-${canary}` });
});
afterAll(async () => {
  await Promise.all([service.close(), credentials.close()]);
});

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const scope = 'connect:fulfillment';

describe.each(here)('the kit for $name', (language) => {
  const { keeps } = language;
  let driver: Driver;
  beforeAll(async () => {
    // The service renews a refused token once a minute, whichever kit asks.
    await service.world.forget();
    const command = (await language.prepare?.()) ?? language.command;
    driver = startDriver(
      { ...language, command },
      { ...credentials.environment, AWS_EC2_METADATA_DISABLED: 'true' },
    );
  });
  beforeEach(() => {
    service.reset();
    credentials.give(callers.session as SessionKey);
  });
  afterEach(expectNothingSecret);
  afterAll(() => driver.close());

  /** Whatever happens, no token, code or credential may be in what the process writes. */
  function expectNothingSecret(): void {
    const { connect, codes } = service.world;
    for (const secret of [canary, ...connect.tokens.keys(), ...codes]) {
      expect(driver.printed().includes(secret), `printed: ${secret}`).toBe(false);
    }
  }

  const renewed = (changes: Partial<Extract<Command, { do: 'new' }>> = {}): Promise<Reply> =>
    driver.ask({ do: 'new', tokenUrl: service.url, region: 'us-east-1', request: { scope }, ...changes });
  const requests = () => service.seen().length;
  const hashesOfConnect = () => service.world.connect.hashes();

  it('sends the fields of its request, and the grant type if none is named', async () => {
    await renewed({ request: { client_id: 'acme', scope, min_ttl: 600 }, retailerId: 'the-garden' });
    const { sha256: got = [] } = await driver.ask({ do: 'token' });
    expect(hashesOfConnect()).toContain(got[0]);
    const [{ fields, headers } = { fields: {}, headers: {} }] = service.seen();
    expect({ ...fields, min_ttl: Number(fields['min_ttl']) }).toEqual({
      client_id: 'acme',
      grant_type: 'client_credentials',
      scope,
      min_ttl: 600,
    });
    expect(headers['x-retailer-id']).toBe('the-garden');
  });

  it('is not signed for a region that nobody named', async () => {
    const { failed } = await driver.ask({ do: 'new', tokenUrl: service.url, request: { scope } });
    expect(failed?.shown).toContain('AWS_REGION');
    const tokenUrl = 'https://abc123.execute-api.eu-west-1.amazonaws.com/v2/oauth/token';
    expect(await driver.ask({ do: 'new', tokenUrl, request: { scope } })).toEqual({ ready: true });
    // The gateway refuses a signature for another region than its own.
    await renewed({ region: 'eu-west-1' });
    expect((await driver.ask({ do: 'token' })).failed).toMatchObject({
      status: 403,
      error: 'invalid_client',
    });
    expect(requests()).toBe(0);
  });

  it.runIf(keeps)('keeps a token for all but the last 60 seconds of its life', async () => {
    await renewed();
    const first = await driver.ask({ do: 'token' });
    expect(await driver.ask({ do: 'token' })).toEqual(first);
    expect(requests()).toBe(1);
    await renewed();
    service.answerAlways({ changes: { expires_in: 60 } });
    for (const _ of [1, 2]) await driver.ask({ do: 'token' });
    expect(requests()).toBe(3);
  });

  it.runIf(keeps)('keeps none that has less life than min_ttl asks for', async () => {
    await renewed({ request: { scope, min_ttl: 600 } });
    service.answerNext({ changes: { expires_in: 600 } }, { changes: { expires_in: 1200 } });
    for (const _ of [1, 2, 3]) await driver.ask({ do: 'token' });
    expect(requests()).toBe(2);
  });

  it.runIf(keeps)('sends one request for a hundred callers at once, for its failure too', async () => {
    await renewed();
    // A hundred threads take a while to ask.
    service.answerNext({ status: 403, afterMs: 200 });
    expect((await driver.ask({ do: 'token', times: 100 })).failed).toMatchObject({ status: 403 });
    expect(requests()).toBe(1);
    expect((await driver.ask({ do: 'token', times: 100 })).sha256).toHaveLength(1);
    expect(requests()).toBe(2);
  });

  it('renews a token once that Connect refuses, and repeats its request once', async () => {
    const { connect } = service.world;
    const url = `${connect.url}/v2/fulfillment/whoami`;
    await renewed();
    expect(await driver.ask({ do: 'call', url })).toEqual({ status: 200 });
    for (const token of connect.tokens.values()) token.revoked = true;
    const before = requests();
    const minted = connect.requests.length;
    expect(await driver.ask({ do: 'call', url })).toEqual({ status: 200 });
    const refusals = service.seen().flatMap(({ fields }) => fields['refused_token_sha256'] ?? []);
    const [last, refused] = hashesOfConnect().reverse();
    expect(refusals).toEqual([refused]);
    expect(requests() - before).toBe(keeps ? 1 : 2);
    expect(connect.requests.length - minted).toBe(1);
    expect(await driver.ask({ do: 'call', url })).toEqual({ status: 200 });
    expect((await driver.ask({ do: 'token' })).sha256).toEqual([last]);
    if (keeps) expect(requests() - before).toBe(1);
  });

  it('passes a second 401 on', async () => {
    const api = await startRefusingApi();
    await renewed();
    expect(await driver.ask({ do: 'call', url: api.url })).toEqual({ status: 401 });
    expect(api.bearers).toHaveLength(2);
    const refused = sha256(api.bearers[0]?.replace('Bearer ', '') ?? '');
    expect(service.seen().map(({ fields }) => fields['refused_token_sha256'])).toEqual([undefined, refused]);
    await api.close();
  });

  it.each([429, 503, 504])('asks again after %i', async (status) => {
    await renewed();
    service.answerNext({ status, retryAfter: '0' });
    const { sha256: got = [] } = await driver.ask({ do: 'token' });
    expect(hashesOfConnect()).toContain(got[0]);
    expect(requests()).toBe(2);
  });

  it('waits as long as it is told, then signs with the credentials of that moment', async () => {
    const old = { ...callers.session };
    // They expire before the second request, at which the gateway knows the new key only.
    credentials.give(callers.session as SessionKey, 900);
    service.onRequest(() => {
      Object.assign(callers.session, { accessKeyId: 'key-next', sessionToken: `session-next-${canary}` });
    });
    await renewed();
    service.answerNext({ status: 503, retryAfter: '1' });
    const before = performance.now();
    const { sha256: got = [] } = await driver.ask({ do: 'token' });
    Object.assign(callers.session, old);
    expect(performance.now() - before).toBeGreaterThan(990);
    expect(hashesOfConnect()).toContain(got[0]);
    expect(requests()).toBe(2);
  });

  it('asks three times in all', async () => {
    await renewed();
    service.answerAlways({ status: 503, retryAfter: '0' });
    const { failed } = await driver.ask({ do: 'token' });
    expect(failed).toMatchObject({ status: 503, error: 'an_error', retryAfterSeconds: 0 });
    expect(requests()).toBe(3);
  });

  it('tells of a pause over 30 seconds, and does not wait for it', async () => {
    await renewed();
    service.answerAlways({ status: 503, retryAfter: '31' });
    const { failed } = await driver.ask({ do: 'token' });
    expect(failed).toMatchObject({ status: 503, retryAfterSeconds: 31 });
    expect(requests()).toBe(1);
  });

  it.each([400, 403, 500, 502])('asks once and tells what the service said: %i', async (status) => {
    await renewed();
    service.answerAlways({ status, retryAfter: '1' });
    const { failed } = await driver.ask({ do: 'token' });
    expect(failed).toMatchObject({
      status,
      error: 'an_error',
      description: 'What to change.',
      requestId: 'request-1',
    });
    for (const part of [String(status), 'an_error', 'What to change.', 'request-1']) {
      expect(failed?.shown).toContain(part);
    }
    expect(requests()).toBe(1);
  });

  it('asks again after a connection that broke', async () => {
    const network = await startUnreliableNetwork(service.url);
    await renewed({ tokenUrl: network.url });
    network.breakNext(1);
    const { sha256: got = [] } = await driver.ask({ do: 'token' });
    expect(hashesOfConnect()).toContain(got[0]);
    expect([network.connections(), requests()]).toEqual([2, 1]);
    await network.close();
  });

  it('fails in words of its own where nothing answers', async () => {
    const network = await startUnreliableNetwork(service.url);
    await renewed({ tokenUrl: network.url });
    network.breakNext(99);
    credentials.give(callers.linker as SessionKey);
    const { failed } = await driver.ask({
      do: 'code',
      code: service.world.issueCode(),
      redirectUri: callback,
    });
    expect(failed?.status ?? 0).toBe(0);
    expect(failed?.shown).not.toBe('');
    expect([network.connections(), requests()]).toEqual([1, 0]);
    await network.close();
  });

  it.each([429, 503, 504])('sends a code once, whatever the answer: %i', async (status) => {
    credentials.give(callers.linker as SessionKey);
    await renewed();
    service.answerAlways({ status, retryAfter: '1' });
    const code = service.world.issueCode();
    const { failed } = await driver.ask({ do: 'code', code, redirectUri: callback });
    expect(failed).toMatchObject({ status, retryAfterSeconds: 1 });
    expect(requests()).toBe(1);
  });

  it('gets a token for each code, and keeps none', async () => {
    credentials.give(callers.linker as SessionKey);
    await renewed({ request: { client_id: 'acme', scope } });
    const tokens = [];
    for (const _ of [1, 2]) {
      const code = service.world.issueCode();
      tokens.push(...((await driver.ask({ do: 'code', code, redirectUri: callback })).sha256 ?? []));
    }
    expect(hashesOfConnect()).toEqual(expect.arrayContaining(tokens));
    expect(new Set(tokens).size).toBe(2);
    expect(requests()).toBe(2);
    credentials.give(callers.session as SessionKey);
    expect(tokens).not.toContain((await driver.ask({ do: 'token' })).sha256?.[0]);
  });

  it('shows no token in any form of its objects', async () => {
    await renewed();
    const { sha256: got = [] } = await driver.ask({ do: 'token' });
    expect(got).toHaveLength(1);
    const { shown = '' } = await driver.ask({ do: 'show' });
    expect(shown).not.toBe('');
  });
});
