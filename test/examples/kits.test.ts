import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import { canary } from '../support/canary.ts';
import { callers } from '../support/world.ts';
import { type Bench, scope } from './bench.ts';
import { type SessionKey, startContainerCredentials } from './container-credentials.ts';
import { describeDistrust } from './distrust-rows.ts';
import { type Driver, startDriver } from './driver.ts';
import { describeKeeping } from './keeping-rows.ts';
import { languages } from './languages.ts';
import { describeRequests } from './request-rows.ts';
import { describeRetries } from './retry-rows.ts';
import { startTokenService } from './token-service.ts';

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

describe.each(here)('the kit for $name', (language) => {
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

  const makeKit: Bench['makeKit'] = (changes = {}) =>
    driver.ask({ do: 'new', tokenUrl: service.url, region: 'us-east-1', request: { scope }, ...changes });
  const bench: Bench = {
    keeps: language.keeps,
    service: () => service,
    credentials: () => credentials,
    ask: (command) => driver.ask(command),
    makeKit,
    requests: () => service.seen().length,
  };
  describeRequests(bench);
  describeKeeping(bench);
  describeRetries(bench);
  describeDistrust(bench);
});
