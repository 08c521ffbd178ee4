import { expect, it } from 'vitest';
import { callback } from '../support/world.ts';
import { type Bench, scope } from './bench.ts';

/** What a kit sends, and what it shows of itself. */
export function describeRequests({ service, ask, makeKit, requests }: Bench): void {
  it('sends the fields of its request, and the grant type if none is named', async () => {
    await makeKit({ request: { client_id: 'acme', scope, min_ttl: 600 }, retailerId: 'the-garden' });
    const { sha256: got = [] } = await ask({ do: 'token' });
    expect(service().world.connect.hashes()).toContain(got[0]);
    const [{ fields, headers } = { fields: {}, headers: {} }] = service().seen();
    expect({ ...fields, min_ttl: Number(fields['min_ttl']) }).toEqual({
      client_id: 'acme',
      grant_type: 'client_credentials',
      scope,
      min_ttl: 600,
    });
    expect(headers['x-retailer-id']).toBe('the-garden');
  });

  it('is not signed for a region that nobody named', async () => {
    const made = await ask({ do: 'new', tokenUrl: service().url, request: { scope } });
    const { failed } = made.failed === undefined ? await ask({ do: 'token' }) : made;
    expect(failed?.shown).toContain('AWS_REGION');
    // API Gateway's own name has the region in it: the kit comes as far as this one, which leads nowhere.
    const tokenUrl = 'http://abc123.execute-api.eu-west-1.invalid/v2/oauth/token';
    expect(await ask({ do: 'new', tokenUrl, request: { scope } })).toEqual({ ready: true });
    const lost = await ask({ do: 'code', code: service().world.issueCode(), redirectUri: callback });
    expect(lost.failed?.shown).toMatch(/abc123\.execute-api\.eu-west-1\.invalid/);
    // The gateway refuses a signature for another region than its own.
    await makeKit({ region: 'eu-west-1' });
    expect((await ask({ do: 'token' })).failed).toMatchObject({
      status: 403,
      error: 'invalid_client',
    });
    expect(requests()).toBe(0);
  });

  it('shows no token in any form of its objects', async () => {
    await makeKit();
    const { sha256: got = [] } = await ask({ do: 'token' });
    expect(got).toHaveLength(1);
    const { shown = '' } = await ask({ do: 'show' });
    expect(shown).not.toBe('');
  });
}
