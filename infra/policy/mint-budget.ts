import type { Grant, Policy } from '../../lambda/policy/policy.ts';

/** Callers can have each token renewed twice in its life at most, and tokens live for a day. */
const mintsPerTokenAndDay = 2;
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
