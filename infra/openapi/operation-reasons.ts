import { type Reason, reasons } from '../../lambda/http/oauth-error.ts';

export type OperationName = 'token' | 'revocation';

/** What a revocation alone can meet. */
const ofRevocationsOnly: readonly Reason[] = ['revoke', 'not_our_token', 'not_revoked', 'table_unavailable'];

/** What a revocation and a token request can meet; a token request also meets every reason that is in neither list. */
const ofBoth: readonly Reason[] = [
  'out_of_time',
  'not_api_gateway',
  'query',
  'path',
  'method',
  'content_type',
  'size',
  'body',
  'field',
  'credential_in_body',
  'caller',
  'client',
  'client_needed',
  'misconfigured',
  'secrets_unavailable',
  'upstream_unavailable',
  'credentials_refused',
  'query_params_forbidden',
  'bug',
];

/** Why the function refuses a request of this operation. */
export function reasonsOf(operation: OperationName): Reason[] {
  const all = Object.keys(reasons) as Reason[];
  if (operation === 'token') return all.filter((reason) => !ofRevocationsOnly.includes(reason));
  return all.filter((reason) => ofBoth.includes(reason) || ofRevocationsOnly.includes(reason));
}
