import { afterAll, beforeAll, beforeEach } from 'vitest';
import { callback, createWorld, type Kind, type World, type WorldOptions } from '../support/world.ts';

/** A world whose upstreams are well before each test, and in which each test has a client without a past. */
export function useFaultWorld(kind: Kind, options: WorldOptions = {}) {
  const the = {} as { world: World; client: string };
  beforeAll(async () => {
    the.world = await createWorld(kind, { spareClients: 100, ...options });
  });
  afterAll(() => the.world.close());
  beforeEach(() => {
    const { world } = the;
    the.client = world.spareClient();
    world.connect.always();
    world.secretsManager.always();
    world.connect.requests.length = 0;
    world.connect.state.lifetime = 86_400;
    world.acme.disabled = false;
    world.acme.withheld = [];
  });
  return {
    the,
    mint: (fields: object = {}) =>
      the.world.ask('backOffice', { client_id: the.client, scope: 'connect:fulfillment', ...fields }),
    link: (code: string, fields: object = {}) =>
      the.world.ask('linker', {
        client_id: the.client,
        grant_type: 'authorization_code',
        code,
        redirect_uri: callback,
        ...fields,
      }),
  };
}
