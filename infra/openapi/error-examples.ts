import { type Reason, reasons, withReason } from '../../lambda/http/oauth-error.ts';
import { sentences } from '../../lambda/http/vend-error.ts';
import type { ErrorBody, ErrorCode } from '../../lambda/protocol/error-codes.ts';
import { gatewayResponses } from '../api/gateway-responses.ts';
import { type OperationName, reasonsOf } from './operation-reasons.ts';

/** As callers read them. */
const descriptions: Partial<Record<Reason, string>> = {
  client_needed: 'Send client_id. You are granted: acme, beta.',
  field: 'client_id must be a string.',
  scope:
    'You signed as role/checkout-api of 111122223333. The policy does not grant you that scope by this grant_type. ' +
    'You are granted for this client: connect:fulfillment.',
  revoke:
    'You signed as role/checkout-api of 111122223333. The policy does not let you revoke tokens of this client. ' +
    'You may revoke tokens of: none.',
  misconfigured: sentences.misconfigured,
  credentials_refused: sentences.credentials_refused,
  upstream_unavailable: sentences.unavailable,
  out_of_time: sentences.out_of_time,
};

/** The examples of one status: the function's, and what API Gateway says by itself. */
export function errorExamples(operation: OperationName, status: number): { examples?: object } {
  const own = reasonsOf(operation)
    .filter((reason) => reasons[reason].status === status && descriptions[reason] !== undefined)
    .map((reason) => [reason, bodyOf(reasons[reason].code, withReason(descriptions[reason] ?? '', reason))]);
  const gateway = gatewayResponses
    .filter((response) => response.status === status)
    .filter(({ description }, at, all) => all.findIndex((other) => other.description === description) === at)
    .map(({ type, error, description }) => [type, bodyOf(error, description)]);
  const all = [...own, ...gateway].map(([name, value]) => [name, { value }]);
  return all.length > 0 ? { examples: Object.fromEntries(all) } : {};
}

function bodyOf(error: ErrorCode, description: string): ErrorBody {
  return { error, error_description: description, request_id: '6f0e3a3c-1d7b-4a51-9f43-0c1c2d0e8a77' };
}
