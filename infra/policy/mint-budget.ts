import type { Grant, Policy } from '../../lambda/policy/policy.ts';

/** `min_ttl` has a token renewed in the middle of its 24 hours at the earliest, so a day can see three of its mints. */
const mintsPerTokenAndDay = 3;
/** So that a new caller or a wrong clock raises no alarm where few tokens are granted. */
const leastBudget = 20;

/**
 * The most mints that a day should see. Undefined where callers choose users, codes or assertions: then nothing bounds the
 * number of tokens.
 */
export function mintBudgetPerDay({ grants }: Policy): number | undefined {
  if (grants.some(({ grantType }) => grantType !== 'client_credentials')) return undefined;
  const tokens = new Set(grants.flatMap(tokensOf));
  return Math.max(leastBudget, tokens.size * mintsPerTokenAndDay);
}

/** Each scope by itself and all of them together, without a retailer id and with each. */
function tokensOf({ client, scopes, retailerIds }: Grant): string[] {
  const wanted = [...scopes.map((scope) => [scope]), scopes.toSorted()];
  return wanted.flatMap((one) =>
    [undefined, ...retailerIds].map((retailerId) => JSON.stringify([client, one, retailerId])),
  );
}
