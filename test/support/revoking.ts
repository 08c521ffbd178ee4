import type { Answer } from './answer.ts';
import type { CallerName, World } from './world.ts';

/** A revocation in JSON, by the operator of acme unless it says otherwise. */
export function revoke(world: World, fields: object, as: CallerName = 'operator'): Promise<Answer> {
  return world.send(as, '/v2/oauth/token/revoke', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_id: 'acme', ...fields }),
  });
}

/** A token that nobody has had before: of a new shopper of the storefront. */
export async function vendedToken(world: World, shopper: string): Promise<string> {
  const answer = await askFor(world, shopper);
  if (answer.status !== 200) throw new Error(answer.text);
  return String(answer.body['access_token']);
}

export function askFor(world: World, shopper: string): Promise<Answer> {
  const fields = {
    grant_type: 'fulfillment_user_assertion',
    scope: 'connect:post_checkout',
    user_id: shopper,
  };
  return world.ask('storefront', fields);
}

/** What Connect says to a request with the token. */
export async function whoamiStatus({ connect }: World, token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch(`${connect.url}/v2/fulfillment/whoami`, { headers })).status;
}
