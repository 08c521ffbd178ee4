import type { Reason } from '../../lambda/http/oauth-error.ts';
import { awsError } from '../local/emulators/aws-service.ts';
import type { Fault } from '../local/emulators/faults.ts';
import { canary } from './canary.ts';
import type { World } from './world.ts';

/** Puts something wrong, until the test ends, with Connect, Secrets Manager or one client's secret. */
export type Trouble = (world: World, secretName: string) => void;

/** What is wrong, and what a caller with nothing in memory is told; `sent`: the token requests that Connect sees. */
export type UpstreamFault = [
  what: string,
  trouble: Trouble,
  status: number,
  reason: Reason,
  sent: number | [least: number, most: number],
  /** Of the request, where it matters. */
  fields?: object,
];

const connect =
  (fault: Fault): Trouble =>
  (world) =>
    world.connect.always(fault);
const secrets =
  (fault: Fault): Trouble =>
  (world) =>
    world.secretsManager.always(fault);
/** All the versions that the secret has. */
const secret =
  (...values: string[]): Trouble =>
  (world, name) => {
    world.secretsManager.remove(name);
    for (const value of values) world.secretsManager.put(name, value);
  };

export const answers = (
  status: number,
  body: object | string = {},
  headers: Record<string, string> = {},
): Fault => ({ kind: 'answer', status, body, headers });
export const says = (status: number, error: string): Fault =>
  answers(status, { error, error_description: `about ${canary}` });
/** As the rest of Connect has it. */
const otherShape = (status: number, code: string | null): Fault =>
  answers(status, { error: { message: canary, code }, meta: { key: 'k' } });
export const altered = (fields: Record<string, unknown>): Fault => ({ kind: 'altered', fields });
const disabled: Trouble = ({ acme }) => {
  acme.disabled = true;
};
const withheld: Trouble = ({ acme }) => {
  acme.withheld = ['connect:fulfillment'];
};
const twoScopes = { scope: 'connect:fulfillment connect:ian' };
const html = `<html>${canary}</html>`;
const retried: [number, number] = [2, 4];

export const transient: Array<[what: string, fault: Fault]> = [
  ['500', answers(500)],
  ['503 in HTML', answers(503, html, { 'content-type': 'text/html' })],
  ['503 with an OAuth error', says(503, 'invalid_client')],
  ['408', answers(408)],
  ['425', answers(425)],
  ['429', answers(429)],
  ['a refusal for now', says(400, 'temporarily_unavailable')],
  ['a refusal for now, in the other shape', otherShape(403, 'slow_down')],
  ['a connection that is reset unread', { kind: 'resetUnread' }],
  ['a connection that is reset after the request', { kind: 'reset' }],
  ['an answer that is cut short', { kind: 'truncated' }],
  ['200 with HTML', answers(200, html, { 'content-type': 'text/html' })],
  ['200 that is empty', answers(200, '')],
  ['200 with half a token', answers(200, '{"access_token":"half')],
];

// biome-ignore format: a row a line
export const upstreamFaults: UpstreamFault[] = [
  ['Connect answers 500', connect(answers(500)), 503, 'upstream_unavailable', retried],
  ['Connect throttles', connect(answers(429)), 503, 'upstream_unavailable', retried],
  ['Connect resets every connection', connect({ kind: 'reset' }), 503, 'upstream_unavailable', retried],
  ['200 is HTML', connect(answers(200, html)), 503, 'upstream_unavailable', retried],
  ['200 is a list', connect(answers(200, '[]')), 503, 'upstream_unavailable', retried],
  ['200 is empty', connect(answers(200, '')), 503, 'upstream_unavailable', retried],
  ['200 is cut short', connect({ kind: 'truncated' }), 503, 'upstream_unavailable', retried],
  ['Connect throttles for 30 s', connect(answers(429, {}, { 'retry-after': '30' })), 503, 'upstream_unavailable', 1],

  ['Connect does not know the pair', disabled, 502, 'credentials_refused', 1],
  ['Connect answers 401 without a body', connect(answers(401, '')), 502, 'credentials_refused', 1],
  ['Connect refuses the pair in its other shape', connect(otherShape(401, 'invalid_client')), 502, 'credentials_refused', 1],
  ['Connect takes the pair for leaked', connect(says(403, 'query_params_forbidden')), 502, 'query_params_forbidden', 1],
  ['Connect withholds the scope', withheld, 502, 'not_entitled', 1],
  ['Connect refuses the application', connect(says(403, 'unauthorized_client')), 502, 'not_entitled', 1],

  ['Connect refuses without a code', connect(otherShape(400, null)), 502, 'not_a_token', 1],
  ['Connect answers 404', connect(answers(404, 'not found')), 502, 'not_a_token', 1],
  ['Connect answers 204', connect(answers(204, '')), 502, 'not_a_token', 1],
  ['200 is an error', connect(says(200, 'invalid_client')), 502, 'not_a_token', 1],
  ['200 has more than 64 kB', connect({ kind: 'huge', bytes: 70_000 }), 502, 'not_a_token', 1],
  ['200 is a gzip bomb', connect({ kind: 'huge', bytes: 50_000_000, gzip: true }), 502, 'not_a_token', 1],
  ['the token is missing', connect(altered({ access_token: undefined })), 502, 'not_a_token', 1],
  ['the token is empty', connect(altered({ access_token: '' })), 502, 'not_a_token', 1],
  ['the token is a number', connect(altered({ access_token: 7 })), 502, 'not_a_token', 1],
  ['the token has a line end', connect(altered({ access_token: 'a\r\nSet-Cookie: b' })), 502, 'not_a_token', 1],
  ['the token type is another', connect(altered({ token_type: 'mac' })), 502, 'not_a_token', 1],
  ['the lifetime is missing', connect(altered({ expires_in: undefined })), 502, 'not_a_token', 1],
  ['the lifetime is text', connect(altered({ expires_in: '86400' })), 502, 'not_a_token', 1],
  ['the lifetime is negative', connect(altered({ expires_in: -5 })), 502, 'not_a_token', 1],
  ['the scope is wider', connect(altered({ scope: 'connect:fulfillment connect:ian' })), 502, 'not_a_token', 1],
  ['the scope is another', connect(altered({ scope: 'connect:ian' })), 502, 'not_a_token', 1],
  ['the scope is a list', connect(altered({ scope: ['connect:fulfillment'] })), 502, 'not_a_token', 1],
  ['the scope is narrower', connect(altered({ scope: 'connect:ian' })), 502, 'not_a_token', 1, twoScopes],

  ['the secret is missing', secret(), 500, 'misconfigured', 0],
  ['the secret is no JSON', secret(canary), 500, 'misconfigured', 0],
  ['the secret is half filled in', secret(pair('', canary)), 500, 'misconfigured', 0],
  ['the secret ends in a line end', secret(pair('a', `${canary}\n`)), 500, 'misconfigured', 0],
  ['the secret may not be read', secrets(awsError('AccessDeniedException')), 500, 'misconfigured', 0],
  ['the secret cannot be decrypted', secrets(awsError('DecryptionFailure')), 500, 'misconfigured', 0],
  ['the secret is being deleted', secrets(awsError('InvalidRequestException')), 500, 'misconfigured', 0],
  ['Secrets Manager throttles', secrets(awsError('ThrottlingException')), 503, 'secrets_unavailable', 0],
  ['Secrets Manager fails', secrets(awsError('InternalServiceError', 500)), 503, 'secrets_unavailable', 0],
  ['Secrets Manager resets the connection', secrets({ kind: 'reset' }), 503, 'secrets_unavailable', 0],
  ['Secrets Manager answers HTML', secrets(answers(200, html)), 503, 'secrets_unavailable', 0],
  ['Secrets Manager answers no JSON', secrets(answers(200, `{"SecretString": ${canary}}`)), 503, 'secrets_unavailable', 0],
  ['the function’s own credentials are refused', secrets(awsError('UnrecognizedClientException')), 503, 'secrets_unavailable', 0],
];

// biome-ignore format: a row a line
/** One-time codes: what leaves the fate of the code open is never tried again, and says so. */
export const codeFaults: UpstreamFault[] = [
  ['Connect throttles', connect(answers(429)), 503, 'upstream_unavailable', 1],
  ['Connect answers 500', connect(answers(500)), 504, 'outcome_unknown', 1],
  ['Connect answers 425', connect(answers(425)), 503, 'upstream_unavailable', 1],
  ['Connect refuses for now', connect(says(400, 'slow_down')), 503, 'upstream_unavailable', 1],
  ['Connect answers 408', connect(answers(408)), 504, 'outcome_unknown', 1],
  ['the connection is reset', connect({ kind: 'reset' }), 504, 'outcome_unknown', 1],
  ['the code is used, and the connection reset', connect({ kind: 'resetDone' }), 504, 'outcome_unknown', 1],
  ['the answer is cut short', connect({ kind: 'truncated' }), 504, 'outcome_unknown', 1],
  ['200 is HTML', connect(answers(200, html)), 504, 'outcome_unknown', 1],
  ['200 is empty', connect(answers(200, '')), 504, 'outcome_unknown', 1],
  ['the answer is no token', connect(altered({ token_type: 'mac' })), 502, 'not_a_token', 1],
  ['Connect refuses the code', connect(says(400, 'invalid_grant')), 400, 'invalid_grant', 1],
  ['Connect refuses the pair', connect(says(401, 'invalid_client')), 502, 'credentials_refused', 1],
  ['a 401 does not say that it is about the pair', connect(answers(401, html)), 502, 'not_a_token', 1],
  ['Secrets Manager fails', secrets(awsError('InternalServiceError', 500)), 503, 'secrets_unavailable', 0],
];

function pair(clientId: string, clientSecret: string): string {
  return JSON.stringify({ client_id: clientId, client_secret: clientSecret });
}
