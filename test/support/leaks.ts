import { expect } from 'vitest';
import { callers, type World } from './world.ts';

/**
 * Searches everything that the function has printed or stored for what must be in none of it: tokens, keys, pairs,
 * codes, assertions and user ids. An access token may be in the one attribute of the table that holds it.
 */
export async function expectNothingSecret(world: World, secrets: readonly string[] = []): Promise<void> {
  const tokens = [...world.connect.tokens.keys()];
  const hidden = [
    ...tokens,
    ...world.codes,
    ...world.connect.state.retailerAssertions,
    ...Object.values(callers).map(({ secretAccessKey }) => secretAccessKey),
    ...Object.values(callers).flatMap(({ sessionToken = [] }) => sessionToken),
    world.acme.clientId,
    world.acme.clientSecret,
    world.beta.clientSecret,
    'canary',
    // Users of the storefront's grant, and how their assertions begin.
    'shopper-',
    'guest',
    Buffer.from('{"user_id":').toString('base64').slice(0, 14),
    ...secrets,
  ];
  const items = await world.storedItems();
  const printed = world.lines.join('\n');
  const stored = items.map(({ access_token: _, ...others }) => JSON.stringify(others)).join('\n');
  for (const secret of hidden) {
    expect(printed.includes(secret), `printed: ${secret}`).toBe(false);
    expect(stored.includes(secret), `stored: ${secret}`).toBe(false);
  }
  for (const { access_token: token } of items) if (token?.S !== undefined) expect(tokens).toContain(token.S);
}
