import { expect } from 'vitest';
import type { Reason } from '../../lambda/http/oauth-error.ts';
import type { ErrorCode } from '../../lambda/protocol/error-codes.ts';
import { type Answer, expectError } from '../support/answer.ts';
import type { UpstreamFault } from '../support/upstream-faults.ts';
import type { World } from '../support/world.ts';

const errors: Record<number, ErrorCode> = {
  400: 'invalid_grant',
  500: 'server_error',
  502: 'server_error',
  503: 'temporarily_unavailable',
  504: 'temporarily_unavailable',
};

/** What a description must say: who has to act, and on what. */
const saysOf: Partial<Record<Reason, string>> = {
  invalid_grant: 'Connect refused the',
  credentials_refused: "refused this service's credentials",
  query_params_forbidden: 'credentials as compromised',
  not_entitled: 'ask Instacart to enable it',
  not_a_token: 'not a valid token response',
  misconfigured: 'secret is missing or malformed',
  upstream_unavailable: 'Connect is throttling requests, down or too slow',
  secrets_unavailable: 'Secrets Manager is throttling requests, down or too slow',
  outcome_unknown: 'start the linking again with a new one',
};

/** The failures that say that a pair must be replaced, at once. */
const alarming: Reason[] = ['credentials_refused', 'query_params_forbidden'];

/** Of a request that the policy allows, and that an upstream's fault has left without a token. */
export async function expectFault(
  world: World,
  answer: Answer,
  [, , status, reason, sent]: UpstreamFault,
): Promise<void> {
  expectError(answer, { status, error: errors[status] as ErrorCode });
  for (const words of [saysOf[reason], ` (reason: ${reason})`])
    expect(answer.body['error_description']).toContain(words);
  const [least, most] = Array.isArray(sent) ? sent : [sent, sent];
  expect(world.connect.requests.length).toBeGreaterThanOrEqual(least);
  expect(world.connect.requests.length).toBeLessThanOrEqual(most);
  const error = errors[status];
  expect(await world.auditOf(answer)).toMatchObject({ decision: 'allow', status, error, reason });
  const counted = (await world.metricsOf(answer)).map(({ name }) => name);
  // How long things take, the table with them, is another matter, and so is the secret's age.
  const apart = ['UpstreamLatency', 'TableFaults', 'SecretAgeDays'];
  expect(counted.filter((name) => !apart.includes(name))).toEqual([
    // For the whole service, and by reason.
    'Failures',
    'Failures',
    'MintFailures',
    ...(alarming.includes(reason) ? ['CredentialsRefused'] : []),
  ]);
}
