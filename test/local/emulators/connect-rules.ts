/**
 * What Instacart documents of Connect's token endpoint: "Permissions and scopes" and its other pages. Written down apart
 * from the service's own table, so that a mistake in the one shows in the other.
 */

/** An application at Connect. Connect refuses its credentials once it is `disabled`. */
export type Application = {
  clientId: string;
  clientSecret: string;
  disabled?: boolean;
  /** Scopes that exist, but not for this application. */
  withheld?: readonly string[];
  privateScopes?: Readonly<Record<string, readonly string[]>>;
  /** A comma, as Instacart documents, unless the application has another. */
  scopeSeparator?: ' ';
};

export const userAssertion = 'fulfillment_user_assertion';
export const retailerBearer = 'urn:ietf:params:oauth:grant-type:retailer-json-bearer';

const scopeTable: Readonly<Record<string, readonly string[]>> = {
  'connect:fulfillment': ['client_credentials'],
  'Connect::Orders::RatingService': ['client_credentials', userAssertion, retailerBearer],
  'connect:recommendations': ['client_credentials', userAssertion, retailerBearer],
  'connect:post_checkout': [userAssertion],
  account_linking: ['authorization_code'],
  'connect:compliance': ['client_credentials'],
  'connect:data_ingestion': ['client_credentials'],
  'connect:ian': ['client_credentials'],
};

const errors = {
  invalid_grant: [400, 'Assertion is not provided or invalid assertion provided for the grant_type.'],
  invalid_client: [
    401,
    'Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.',
  ],
  query_params_forbidden: [
    403,
    'Providing OAuth credentials as query parameters may cause them to be compromised. Please ensure the credentials are rotated.',
  ],
  unauthorized_client: [403, 'You are not authorized to revoke this token'],
  invalid_scope: [400, 'The requested scope is invalid, unknown, or malformed.'],
  invalid_request: [400, 'The request is missing a required parameter or is otherwise malformed.'],
  unsupported_grant_type: [400, 'The authorization grant type is not supported.'],
} as const satisfies Record<string, readonly [status: number, description: string]>;

/** Connect refuses the request, with the status and body that its error code has. */
export class Refused extends Error {
  readonly status: number;
  readonly body: object;

  constructor(code: keyof typeof errors) {
    super(code);
    const [status, description] = errors[code];
    this.status = status;
    this.body = { error: code, error_description: description };
  }
}

/** The scopes of a request; without `scope`, all that the application may have by this grant type. Throws Refused. */
export function grantScopes(
  asked: string | undefined,
  grantType: string,
  { privateScopes, withheld = [], scopeSeparator = undefined }: Application,
): string[] {
  if (!Object.values(scopeTable).some((types) => types.includes(grantType)))
    throw new Refused('unsupported_grant_type');
  const known = { ...scopeTable, ...privateScopes };
  const isAvailable = (scope: string) =>
    Object.hasOwn(known, scope) && known[scope]?.includes(grantType) === true && !withheld.includes(scope);
  if (asked === undefined) return Object.keys(known).filter(isAvailable);
  const scopes = asked.split(scopeSeparator ?? ',');
  if (!scopes.every(isAvailable)) throw new Refused('invalid_scope');
  return scopes;
}

/** The user id in a fulfillment_user_assertion: padded Base64 of one JSON member. Throws Refused. */
export function readUserId(assertion: string): string {
  const text = Buffer.from(assertion, 'base64').toString('utf8');
  const userId = /^\{"user_id":"((?:[^"\\]|\\.)+)"\}$/.exec(text)?.[1];
  const isPadded = Buffer.from(text).toString('base64') === assertion;
  if (!isPadded || userId === undefined) throw new Refused('invalid_grant');
  return userId;
}
