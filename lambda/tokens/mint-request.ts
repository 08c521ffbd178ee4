import type { Client } from '../policy/policy.ts';
import type { GrantType } from '../protocol/scopes.ts';
import type { Secret } from '../values/secret.ts';

/** A token request to Connect, before the client's credentials. */
export type MintRequest = {
  client: Client;
  grantType: GrantType;
  /** Empty: the unscoped token. */
  scopes: readonly string[];
  retailerId: string | undefined;
  subject: Subject;
};

/** Whom the token is for: what each grant type sends up beside the client's own credentials. */
export type Subject =
  | { kind: 'application' }
  | { kind: 'user'; userId: string }
  | { kind: 'opaque'; assertion: Secret }
  | { kind: 'code'; code: Secret; redirectUri: string; codeVerifier: Secret | undefined };
