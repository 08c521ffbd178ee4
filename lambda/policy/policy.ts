import type { GrantType, ScopeTable } from '../protocol/scopes.ts';
import type { Principal } from './principal.ts';

/** The policy file after the stack has checked it; `policy.json` in the function's bundle. */
export type Policy = {
  clients: readonly Client[];
  grants: readonly Grant[];
  keepWarm: readonly KeepWarm[];
  prober?: Prober;
};

/** One application at Connect. */
export type Client = {
  /** What callers send as `client_id`. */
  name: string;
  /** Origin of Connect, without a trailing slash. */
  baseUrl: string;
  /** Name or ARN in Secrets Manager. */
  secretId: string;
  /** What Connect expects between several scopes. */
  scopeSeparator: ',' | ' ';
  privateScopes: ScopeTable;
};

/** For names that the compiled policy itself uses. Throws where it has no such client: a fault of its compiler. */
export function clientNamed({ clients }: Policy, name: string): Client {
  const client = clients.find((one) => one.name === name);
  if (client === undefined)
    throw new Error('A grant or keepWarm names a client that the policy does not have');
  return client;
}

/** A grant either names scopes, or has none and is `unscoped`: then it is for the Transaction API's token. */
export type Grant = {
  id: string;
  principals: readonly Principal[];
  client: string;
  grantType: GrantType;
  scopes: readonly string[];
  unscoped: boolean;
  retailerIds: readonly string[];
  /** Exact user ids, or prefixes that end in `*`. Empty where the grant type has no user. */
  users: readonly string[];
  /** Empty unless the grant type is authorization_code. */
  redirectUris: readonly string[];
  /** The most `min_ttl` that a caller may ask for. Absent: as much as the service allows. */
  maxMinTtlMs?: number;
  /** Whether a caller may also revoke tokens of this client. */
  revoke: boolean;
};

/** A client_credentials token. Without scopes it is the unscoped token. */
export type ApplicationToken = { client: string; scopes: readonly string[]; retailerId?: string };

/** A token that the refresh function keeps fresh. */
export type KeepWarm = ApplicationToken & {
  /** The remaining life that it keeps for jobs, up to half of the token's lifetime. Absent: none beyond what every token has. */
  minTtlMs?: number;
};

/** What the prober asks for: a token that is kept warm, and a scope that no grant gives it. */
export type Prober = ApplicationToken & { ungrantedScope: string };
