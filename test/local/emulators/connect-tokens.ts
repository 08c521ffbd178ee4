import { hash, randomBytes } from 'node:crypto';
import { Refused } from './connect-rules.ts';

export type IssuedToken = {
  value: string;
  clientId: string;
  grantType: string;
  scopes: readonly string[];
  retailerId: string | undefined;
  userId: string | undefined;
  expiresAt: number;
  revoked: boolean;
};

type TokenIdentity = Omit<IssuedToken, 'value' | 'expiresAt' | 'revoked'>;

export type IssuingState = {
  /** Seconds. */
  lifetime: number;
  /** Doorkeeper's reuse_access_token: the same token again while it lives. */
  reuseTokens: boolean;
  /** Doorkeeper's token_reuse_limit: no more than this share of the life may be left for a new token; 0: none. */
  reuseDownTo: number;
  /** Doorkeeper's revoke_previous_client_credentials_token. */
  revokePrevious: boolean;
};

/** The tokens and one-time codes that a Connect has issued. */
export function createConnectTokens(state: IssuingState, now: () => number) {
  const tokens = new Map<string, IssuedToken>();
  const codes = new Map<
    string,
    { redirectUri: string; challenge: string | undefined; token?: IssuedToken }
  >();

  function issue(identity: TokenIdentity): IssuedToken {
    const same = [...tokens.values()].filter((token) => isLive(token) && isSame(token, identity));
    const reused = state.reuseTokens ? same.find(isReusable) : undefined;
    if (reused !== undefined) return reused;
    if (state.revokePrevious) for (const token of same) token.revoked = true;
    const value = randomBytes(32).toString('base64url');
    const token = { ...identity, value, expiresAt: now() + state.lifetime * 1000, revoked: false };
    tokens.set(value, token);
    return token;
  }

  /** The live token of an Authorization header. */
  function bearerOf(authorization: string | undefined): IssuedToken | undefined {
    const token = tokens.get(authorization?.replace(/^Bearer /, '') ?? '');
    return token !== undefined && isLive(token) ? token : undefined;
  }

  /** Only the application that issued a token can revoke it; an unknown token is revoked already. Throws Refused. */
  function revoke(value: string, clientId: string): void {
    const token = tokens.get(value);
    if (token === undefined) return;
    if (token.clientId !== clientId) throw new Refused('unauthorized_client');
    token.revoked = true;
  }

  /** `challenge` is PKCE's, by the method S256 (RFC 7636): the code is then good for nobody without its verifier. */
  function issueCode(redirectUri: string, challenge?: string): string {
    const code = randomBytes(32).toString('base64url');
    codes.set(code, { redirectUri, challenge });
    return code;
  }

  /** The second use of a code revokes the token of the first, as Doorkeeper does. Throws Refused. */
  function checkCode(code: string, redirectUri: string | undefined, verifier = ''): void {
    const known = codes.get(code);
    if (known?.token !== undefined) known.token.revoked = true;
    if (known === undefined || known.token !== undefined || known.redirectUri !== redirectUri) {
      throw new Refused('invalid_grant');
    }
    const { challenge } = known;
    if (challenge !== undefined && hash('sha256', verifier, 'base64url') !== challenge)
      throw new Refused('invalid_grant');
  }

  function spendCode(code: string, token: IssuedToken): void {
    const known = codes.get(code);
    if (known !== undefined) known.token = token;
  }

  function isReusable({ expiresAt }: IssuedToken): boolean {
    return expiresAt - now() > state.reuseDownTo * state.lifetime * 1000;
  }

  function isLive({ revoked, expiresAt }: IssuedToken): boolean {
    return !revoked && expiresAt > now();
  }

  return { tokens, issue, revoke, bearerOf, issueCode, checkCode, spendCode };
}

function isSame(token: IssuedToken, other: TokenIdentity): boolean {
  const of = ({ clientId, grantType, scopes, retailerId, userId }: TokenIdentity) =>
    JSON.stringify([clientId, grantType, scopes, retailerId ?? null, userId ?? null]);
  return of(token) === of(other);
}
