import type { DenialReason } from '../../../lambda/policy/decision.ts';
import { type GrantType, grantTypes } from '../../../lambda/protocol/scopes.ts';
import { parseJsonObject } from '../../../lambda/values/json.ts';
import { UsageError } from '../command-line.ts';

/** What an audit line says of a request on which the policy was asked. */
export type AuditLine = {
  caller: string;
  client: string;
  grantType: GrantType;
  /** Undefined where the line does not say. */
  scopes: readonly string[] | undefined;
  retailerId: string | undefined;
  allowed: boolean;
  /** Of a denial, or of a failure after the policy had allowed the request. */
  reason: string | undefined;
};

/** The reasons of a denial by the policy. */
const policyReasons: ReadonlySet<unknown> = new Set<DenialReason | 'scope_needed'>([
  'caller',
  'client',
  'grant_type',
  'scope_needed',
  'scope',
  'user',
  'redirect_uri',
  'retailer_id',
  'max_min_ttl',
]);

/** Throws UsageError for a text that is no audit line, or is one of a request on which the policy was not asked. */
export function readAuditLine(text: string): AuditLine {
  const line = parseJsonObject(text.trim());
  if (line === undefined) throw new UsageError('Standard input is not one audit line: write one JSON object');
  const { message, caller, client, grant_type, scopes, retailer_id, decision, reason } = line;
  if (message !== undefined && message !== 'token request') {
    throw new UsageError(
      `Only lines of token requests can be explained: the message of this one is ${String(message)}`,
    );
  }
  if (decision !== 'allow' && decision !== 'deny') throw lacks('decision, which is allow or deny');
  if (decision === 'deny' && !policyReasons.has(reason)) {
    throw new UsageError(`The policy was not asked about this request: its reason is ${String(reason)}`);
  }
  if (typeof caller !== 'string') throw lacks('caller');
  const grantType = grantTypes.find((known) => known === grant_type);
  if (grantType === undefined) throw lacks('grant_type, one of the four');
  if (typeof client !== 'string') throw lacks('client: the policy had no client of the name that was sent');
  return {
    ...{ caller, client, grantType, allowed: decision === 'allow' },
    scopes: Array.isArray(scopes) ? scopes.map(String) : undefined,
    retailerId: typeof retailer_id === 'string' ? retailer_id : undefined,
    reason: typeof reason === 'string' ? reason : undefined,
  };
}

function lacks(what: string): UsageError {
  return new UsageError(`The audit line has no ${what}`);
}
